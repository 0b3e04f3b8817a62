"""The tables' history: only forward, each step tested on a database with rows."""
