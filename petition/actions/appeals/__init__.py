"""An appeal: published from a statement, translated, its form notice, and the demonstration."""
