"""INSTRUMENT: what our mails say (messages.py) and which are owed (outbox.py)."""
