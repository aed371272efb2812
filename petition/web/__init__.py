"""Pages for visitors. Each view validates its input, calls one action and returns a response."""
