"""The public list: entries with their numbers, and editions."""
