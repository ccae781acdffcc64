"""Decide about times without a database: ticks, opening, what is offered, what may happen to an appointment."""
