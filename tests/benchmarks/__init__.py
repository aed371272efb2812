"""`make bench`: what the site costs, on servers that it starts itself, against nginx and against Django alone."""
