"""Read files from strangers: what they are, whether they are clean, and what their pages look like."""
