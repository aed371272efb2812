"""Encryption, keys, tokens, rate limits and what may stand in a log."""
