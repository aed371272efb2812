"""For developers: what makes frozen files and translations, and tests of the commands that `make` runs."""
