"""The form, the check-mail page and the confirmation."""
