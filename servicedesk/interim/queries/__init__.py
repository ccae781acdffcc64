"""Read interim confirmations: in scope, as lists, and what decides about them."""
