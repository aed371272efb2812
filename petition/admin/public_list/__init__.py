"""The public list as staff see it: its entries, the search for everything, hiding a name, and lists as files."""
