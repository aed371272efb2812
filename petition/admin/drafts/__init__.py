"""Appeals that are not public yet: the pages on which editors make them."""
