"""What granian serves: the door of publishing/site.py in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "petition.settings")
_django = get_wsgi_application()

from petition.publishing.site import Door  # noqa: E402  (needs the settings that the line above loads)

application = Door(_django)
