"""Pages for staff. Nothing here writes except through actions."""
