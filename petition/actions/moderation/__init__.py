"""What moderators decide and record about an endorsement, one or many at once."""
