"""Figures about the public record as shapes to draw; figures.css gives them their look."""
