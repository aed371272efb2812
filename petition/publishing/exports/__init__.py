"""The list as data and as text, for others to read on; made a piece at a time, so that no list is too long."""
