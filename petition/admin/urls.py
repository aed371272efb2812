"""The URL patterns below /admin/; the addresses of our own pages stand in pages.py."""

from allauth.account.signals import authentication_step_completed
from django.contrib import admin
from django.urls import include, path

from petition.admin.oversight import audit_log  # noqa: F401  (registers the audit log)
from petition.admin.pages import ACCOUNT_PAGES
from petition.admin.team.session_keys import replace_session_key

authentication_step_completed.connect(replace_session_key)

urlpatterns = [
    *(path(page.path, page.view, name=page.name) for page in ACCOUNT_PAGES),
    path("second-factor/", include("allauth.mfa.urls")),
    path("", admin.site.urls),
]
