"""Run a matter from due to closed: applications, papers, contact requests, tasks; who may see which."""
