"""Decide about offices, without any database."""
