"""The list of signatories of a statement: where it is, its rows, and one printed label."""
