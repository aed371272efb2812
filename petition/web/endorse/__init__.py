"""The form, the check-mail page and the confirmation of the e-mail address."""
