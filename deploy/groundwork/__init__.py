"""What must stand before the site can: a Python, a free port, `.venv`, a database to test on.

Standard library only. It runs before anything is installed, and it must also load in a Python that is too old,
so that such a Python can say so in a sentence (a test holds the syntax at that of Python 3.7).
"""
