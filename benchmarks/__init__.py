"""Measures what we claim about speed and size; prints tables, asserts nothing about time."""
