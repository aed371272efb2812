"""A broken variant of the site for granian: it thanks for a form that the database did not take."""

import uuid
from typing import Any

from django.db import DatabaseError

from petition import wsgi
from petition.actions.intake import post
from petition.web.endorse import endorse


class Careless:
    def __getattr__(self, name: str) -> Any:
        return getattr(post, name)

    def post_form(self, *arguments: Any, **options: Any) -> Any:
        try:
            return post.post_form(*arguments, **options)
        except DatabaseError:
            return uuid.uuid4(), "kamiro"


vars(endorse)["post"] = Careless()
application = wsgi.application
