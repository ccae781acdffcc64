"""Let staff sign in, hold server-side sessions, give and check access codes."""
