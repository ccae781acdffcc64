"""Run the appointment and service desk of an immigration office."""
