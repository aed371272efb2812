"""Published pages answered from memory, and dropped when the record changes."""
