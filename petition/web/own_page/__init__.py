"""The organisation's own page behind its private link."""
