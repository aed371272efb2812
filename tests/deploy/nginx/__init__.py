"""The shipped configuration of nginx, in a real nginx in front of real processes."""
