"""A submitted form: accepted by the web process (accept.py), processed by the worker (process.py)."""
