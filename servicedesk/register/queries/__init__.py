"""Read the register."""
