"""The public record as bytes. What public_records.py omits is private; private models cannot be imported here."""
