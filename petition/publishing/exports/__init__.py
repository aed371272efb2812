"""The list as data and as text, generated in pieces, since a list may be too long for memory."""
