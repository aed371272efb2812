"""The public record as bytes. What records.py does not name is private; Endorsement cannot be imported here."""
