"""The smallest Django site that stores the same form: one view, one INSERT. What signing is compared with.

It has the fields of the real form, a form class that validates them, and the same pragmas of SQLite or options of
PostgreSQL; it keeps connections on PostgreSQL and, as is Django's default, not on SQLite. It has no middleware, no
encryption, no limits and no page of its own.
"""

import os
from pathlib import Path

import django
from django import forms
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from petition.environment import POSTGRESQL_OPTIONS, Environment

_env = Environment()
_file = Path(os.environ["DATA_DIR"]) / "bare.sqlite3"
_database = _env.location("DATABASE_URL", _env.db, f"sqlite:///{_file}")
if _database["ENGINE"].endswith("sqlite3"):
    _database["NAME"] = str(_file)
    _pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
    _database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _pragmas}
else:
    _database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": POSTGRESQL_OPTIONS}
settings.configure(
    SECRET_KEY="made up",
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": _database},
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    INSTALLED_APPS=[],
    USE_TZ=True,
)
django.setup()

_COLUMNS = (
    *("organisation_name", "acronym", "website", "display", "contact_name", "contact_role", "contact_email"),
    *("authority", "consent_processing", "consent_publication", "member"),
)
_SERIAL = "integer primary key" if connection.vendor == "sqlite" else "bigserial primary key"


class _Form(forms.Form):
    organisation_name = forms.CharField(max_length=300)
    acronym = forms.CharField(max_length=50, required=False)
    countries = forms.MultipleChoiceField(choices=[("KG", "Kyrgyzstan"), ("KZ", "Kazakhstan")], required=False)
    website = forms.CharField(max_length=200, required=False)
    display = forms.ChoiceField(choices=[("named", "Named"), ("withheld", "Not named")], widget=forms.RadioSelect)
    member = forms.BooleanField(required=False)
    contact_name = forms.CharField(max_length=200)
    contact_role = forms.CharField(max_length=200)
    contact_email = forms.EmailField()
    authority = forms.BooleanField()
    consent_processing = forms.BooleanField()
    consent_publication = forms.BooleanField(required=False)


def create_table() -> None:
    """Create the one table; done before the server starts."""
    columns = ", ".join(f"{name} text not null" for name in (*_COLUMNS, "countries"))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS bare_form (id {_SERIAL}, {columns})")


def _endorse(request: HttpRequest) -> HttpResponse:
    form = _Form(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        return HttpResponse("a form", status=422 if form.is_bound else 200)
    values = [str(form.cleaned_data[name]) for name in _COLUMNS] + [" ".join(form.cleaned_data["countries"])]
    names, marks = ", ".join((*_COLUMNS, "countries")), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO bare_form ({names}) VALUES ({marks})", values)
    return HttpResponseRedirect("/done/")


urlpatterns = [
    path("healthz", lambda _request: HttpResponse("ok")),
    path("<path:rest>", lambda request, rest: _endorse(request)),
]
application = get_wsgi_application()
