"""How long what visitors type may be, in characters, and how many countries an entry names."""

from typing import Final

MAX_NAME: Final = 300
MAX_ACRONYM: Final = 50
MAX_WEBSITE: Final = 200
MAX_PERSON: Final = 200  # a name, or a role
MAX_COUNTRIES: Final = 3
MAX_ANSWER: Final = 2_000
MAX_MESSAGE: Final = 4_000
MAX_MESSAGE_SUBJECT: Final = 200  # which entry a message is about
WEBSITE_PATTERN: Final = r"^(https?://)?[^\s/@]+\.[^\s/@]+(/\S*)?$"
