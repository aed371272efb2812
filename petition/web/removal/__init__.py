"""The public page to change, remove or dispute a name."""
