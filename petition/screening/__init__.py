"""What supports or questions an endorsement, as plain sentences for a moderator. Decides nothing."""
