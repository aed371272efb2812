"""Text as data: names, entries, mailboxes, input rules. Imports nothing else of this project."""
