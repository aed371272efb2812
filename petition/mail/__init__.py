"""What our mails say (messages.py) and the queue of mails to send (outbox.py)."""
