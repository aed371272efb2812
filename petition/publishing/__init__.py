"""The public record as bytes. What records.py does not name is private; private models cannot be imported here."""
