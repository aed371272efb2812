"""Text as data: names, entries, letters, mailboxes. Pure functions that import nothing else of this project."""
