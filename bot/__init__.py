"""The shell: everything that waits for the world."""
