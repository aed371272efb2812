"""Appeals that are not public yet: made, changed, locked, shown behind a private link, published."""
