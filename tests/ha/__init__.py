"""Three PostgreSQL machines, several webs and workers on loopback, of which some are killed or frozen meanwhile."""
