"""Figures about the public record as shapes to draw: what they show is in record.py, how they look in figures.css."""
