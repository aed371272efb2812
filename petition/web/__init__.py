"""Pages for visitors. Each view validates, calls one action and answers."""
