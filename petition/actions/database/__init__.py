"""Who may do what in PostgreSQL: the logins of the site, and whether their rights are exactly those."""
