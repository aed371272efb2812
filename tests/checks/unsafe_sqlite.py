"""The site's settings, but SQLite does not wait for the disk: what a start must refuse."""

from petition.settings import *  # noqa: F403
from petition.settings import DATABASES

DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
