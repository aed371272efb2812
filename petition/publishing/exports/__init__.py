"""The list as data and as text, made piece by piece, so that no list is too long."""
