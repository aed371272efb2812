"""Dates and times by language where Django's own forms are not ours."""
