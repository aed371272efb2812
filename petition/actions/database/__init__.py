"""Who may do what in PostgreSQL: the site's logins and whether their rights are right. Going back to a release."""
