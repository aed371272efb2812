"""What visitors send: put into the intake by the public process (post.py), processed by the worker (take.py)."""
