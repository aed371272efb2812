"""British order, as the appeal itself is dated: 9 October 2020, 14:05."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
