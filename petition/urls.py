"""The whole map on one page."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path

from petition.web import (
    agreeing,
    change,
    check_mail,
    confirm,
    documents,
    embed,
    endorse,
    front,
    listing,
    machines,
    open_data,
    own_page,
    own_page_steps,
    published,
)

handler400 = "petition.web.errors.bad_request"
handler403 = "petition.web.errors.permission_denied"
handler404 = "petition.web.errors.not_found"
handler500 = "petition.web.errors.server_error"

EDITION = r"^appeals/(?P<slug>[-\w]+)/editions/(?P<dated>[0-9]{4}-[0-9]{2}-[0-9]{2})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.front_door),
    path("healthz", front.healthz, name="healthz"),
    path("readyz", front.readyz, name="readyz"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap_xml, name="sitemap"),
    path(".well-known/security.txt", machines.security_txt, name="security_txt"),
    path("schemas/<slug:name>.json", open_data.schema, name="schema"),
    path("appeals/<slug:slug>.json", open_data.appeal_json, name="appeal_json"),
    path("appeals/<slug:slug>.atom", open_data.feed, name="feed"),
    path("appeals/<slug:slug>/signatories.json", open_data.signatories_json, name="signatories_json"),
    path("appeals/<slug:slug>/signatories.csv", open_data.signatories_csv, name="signatories_csv"),
    path("appeals/<slug:slug>/signatories.csv-metadata.json", open_data.signatories_csvw, name="signatories_csvw"),
    path(
        "appeals/<slug:slug>/signatories.spreadsheet.csv",
        open_data.signatories_spreadsheet,
        name="signatories_spreadsheet",
    ),
    path("appeals/<slug:slug>/text.<slug:language>.txt", published.text, name="text"),
    *i18n_patterns(
        path("", front.front_door, name="front_door"),  # named here, so that links keep the language
        path("accessibility/", published.accessibility, name="accessibility"),
        path("change/", change.ways_out, name="ways_out"),
        path("privacy/", published.privacy, name="privacy"),
        path("appeals/<slug:slug>/", published.appeal, name="appeal"),
        path("appeals/<slug:slug>.pdf", documents.pdf, name="pdf"),
        path("appeals/<slug:slug>.docx", documents.docx, name="docx"),
        path("appeals/<slug:slug>.txt", documents.plain_text, name="plain_text"),
        path("appeals/<slug:slug>/signatories/", listing.signatories, name="signatories"),
        path("appeals/<slug:slug>/signatories/<slug:shape>.txt", open_data.copy_text, name="copy_text"),
        path("appeals/<slug:slug>/changes/", listing.changes, name="changes"),
        re_path(
            r"^appeals/(?P<slug>[-\w]+)/signatories/(?P<kind>original|further)-(?P<number>[1-9][0-9]{0,8})/$",
            listing.signatory,
            name="signatory",
        ),
        path("appeals/<slug:slug>/figures/", published.figures, name="figures"),
        path("appeals/<slug:slug>/card.png", documents.card, name="card"),
        path("appeals/<slug:slug>/embed/", embed.embed, name="embed"),
        re_path(rf"{EDITION}/$", published.edition, name="edition"),
        re_path(rf"{EDITION}\.pdf$", documents.pdf, name="edition_pdf"),
        re_path(rf"{EDITION}\.docx$", documents.docx, name="edition_docx"),
        re_path(rf"{EDITION}\.txt$", documents.plain_text, name="edition_txt"),
        path("appeals/<slug:slug>/endorse/", endorse.endorse, name="endorse"),
        path("code/", confirm.code, name="code"),
        path("appeals/<slug:slug>/endorse/check-mail/", check_mail.check_mail, name="check_mail"),
        path("appeals/<slug:slug>/endorse/code/", confirm.confirm_code, name="confirm_code"),
        path("appeals/<slug:slug>/change/", change.change, name="change"),
        path("appeals/<slug:slug>/change/sent/", change.sent, name="change_sent"),
        path("appeals/<slug:slug>/change/code/", change.code, name="change_code"),
        path("appeals/<slug:slug>/change/message/", change.message, name="change_message"),
        path("appeals/<slug:slug>/change/message/sent/", change.message_sent, name="change_message_sent"),
        path("endorsements/<str:token>/", own_page.own_page, name="own_page"),
        path("endorsements/<str:token>/agree-contact/", agreeing.agree_contact, name="agree_contact"),
        path("endorsements/<str:token>/code/", own_page_steps.code, name="own_code"),
        path("endorsements/<str:token>/contact/", own_page_steps.contact, name="own_contact"),
        path("endorsements/<str:token>/correction/", own_page_steps.correction, name="own_correction"),
        path("endorsements/<str:token>/forget/", own_page_steps.forget, name="own_forget"),
        path("endorsements/<str:token>/links/", own_page_steps.links, name="own_links"),
        path("endorsements/<str:token>/name-again/", agreeing.name_again, name="name_again"),
        path("endorsements/<str:token>/named/", own_page_steps.named, name="own_named"),
        path("endorsements/<str:token>/receipt.txt", own_page_steps.receipt, name="own_receipt"),
        path("endorsements/<str:token>/stop/", own_page_steps.stop, name="own_stop"),
        path("endorsements/<str:token>/withdraw/", own_page_steps.withdraw, name="own_withdraw"),
        path("endorsements/<str:token>/confirm/", confirm.confirm, name="confirm"),
        prefix_default_language=False,
    ),
]

if settings.ROLE != "public":
    urlpatterns.append(path("admin/", include("petition.admin.urls")))
