"""The public pages, documents and data, made from the public record alone."""
