"""Messages about a name on the list."""
