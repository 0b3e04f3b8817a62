"""Papers that the bot prints, each a function from plain values to the bytes of a file."""
