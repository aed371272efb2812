"""What lies under /admin/: sign-in, second factor, the desk."""

from allauth.account import views
from django.contrib import admin
from django.urls import include, path

from petition.admin.oversight import audit_log  # noqa: F401  (registers the trail)
from petition.admin.team import invitation

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/", views.password_change, name="account_change_password"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("", admin.site.urls),
]
