"""INSTRUMENT: the public record → bytes. What is not in record.py is private; Endorsement cannot be imported here."""
