"""What the database itself does: triggers, functions for private links, its clock, a list that is held back."""
