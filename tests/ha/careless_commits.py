"""A broken variant of the site for granian: it does not look at PostgreSQL's warnings about commits."""

from django.db.backends.signals import connection_created

from petition import wsgi
from petition.models.database import replication

assert connection_created.disconnect(replication.watch_commits)
application = wsgi.application
