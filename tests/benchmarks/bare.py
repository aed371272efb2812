"""Django as it would answer without the page cache, for comparison."""

from petition.wsgi import _django

application = _django
