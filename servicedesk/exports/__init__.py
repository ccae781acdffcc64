"""Hand what changed to the office's case-management system, so that nothing is typed twice."""
