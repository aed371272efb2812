"""Endorsements that came by e-mail, letter or call, many at once: a table, its rows checked, corrected and added."""
