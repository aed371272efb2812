"""The whole map on one page."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path

from petition.web import confirm, documents, endorse, front, published

handler400 = "petition.web.errors.bad_request"
handler403 = "petition.web.errors.permission_denied"
handler404 = "petition.web.errors.not_found"
handler500 = "petition.web.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.front_door, name="front_door"),
    path("healthz", front.healthz, name="healthz"),
    path("readyz", front.readyz, name="readyz"),
    path("appeals/<slug:slug>/signatories.json", published.signatories_json, name="signatories_json"),
    path("appeals/<slug:slug>/signatories.csv", published.signatories_csv, name="signatories_csv"),
    path("appeals/<slug:slug>/text.<slug:language>.txt", published.text, name="text"),
    *i18n_patterns(
        path("", front.front_door),
        path("accessibility/", published.accessibility, name="accessibility"),
        path("appeals/<slug:slug>/", published.appeal, name="appeal"),
        path("appeals/<slug:slug>.pdf", documents.pdf, name="pdf"),
        path("appeals/<slug:slug>.docx", documents.docx, name="docx"),
        path("appeals/<slug:slug>.txt", documents.plain_text, name="plain_text"),
        path("appeals/<slug:slug>/signatories/", published.signatories, name="signatories"),
        re_path(
            r"^appeals/(?P<slug>[-\w]+)/signatories/(?P<kind>original|further)-(?P<number>[1-9][0-9]{0,8})/$",
            published.signatory,
            name="signatory",
        ),
        path("appeals/<slug:slug>/figures/", published.figures, name="figures"),
        path("appeals/<slug:slug>/endorse/", endorse.endorse, name="endorse"),
        path("appeals/<slug:slug>/endorse/check-mail/", endorse.check_mail, name="check_mail"),
        path("appeals/<slug:slug>/endorse/code/", confirm.confirm_code, name="confirm_code"),
        path("appeals/<slug:slug>/endorse/confirmed/", confirm.confirmed, name="confirmed"),
        path("endorsements/<str:token>/confirm/", confirm.confirm, name="confirm"),
        prefix_default_language=False,
    ),
]

if settings.ROLE != "public":
    urlpatterns.append(path("admin/", include("petition.admin.urls")))
