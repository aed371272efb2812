"""Django as it would answer without the door, for comparison."""

from petition.wsgi import _django

application = _django
