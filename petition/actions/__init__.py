"""Use cases: one keyword-only function per verb, atomic and audited. The only writers of the database."""
