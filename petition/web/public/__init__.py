"""Public pages, documents and data, which show only the public record."""
