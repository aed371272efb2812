"""All addresses of the public site. Those of the staff are in petition/admin/urls.py."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path

from petition.web.endorse import check_mail, confirm, endorse
from petition.web.own_page import confirm_changes, own_page, steps
from petition.web.public import appeal, documents, embed, health, home, locked_text, open_data, signatories, site_files
from petition.web.removal import removal

handler400 = "petition.web.errors.bad_request"
handler403 = "petition.web.errors.permission_denied"
handler404 = "petition.web.errors.not_found"
handler500 = "petition.web.errors.server_error"

_Patterns = list[URLPattern | URLResolver]

_EDITION = r"^appeals/(?P<slug>[-\w]+)/editions/(?P<dated>[0-9]{4}-[0-9]{2}-[0-9]{2})"
_SIGNATORY = r"^appeals/(?P<slug>[-\w]+)/signatories/(?P<kind>original|further)-(?P<number>[1-9][0-9]{0,8})/$"

# For programs: the same in every language, so without a language in the address.
without_language: _Patterns = [
    path("", home.home),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", site_files.robots, name="robots"),
    path("sitemap.xml", site_files.sitemap_xml, name="sitemap"),
    path(".well-known/security.txt", site_files.security_txt, name="security_txt"),
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
    path("appeals/<slug:slug>/text.<slug:language>.txt", appeal.text, name="text"),
]

# web/public: pages, documents and texts that show only the public record.
public: _Patterns = [
    path("", home.home, name="home"),  # named here and not above, so that links keep the language
    path("accessibility/", appeal.accessibility, name="accessibility"),
    path("privacy/", appeal.privacy, name="privacy"),
    path("appeals/<slug:slug>/", appeal.appeal, name="appeal"),
    path("appeals/<slug:slug>.pdf", documents.pdf, name="pdf"),
    path("appeals/<slug:slug>.docx", documents.docx, name="docx"),
    path("appeals/<slug:slug>.txt", documents.plain_text, name="plain_text"),
    path("appeals/<slug:slug>/signatories/", signatories.signatories, name="signatories"),
    path("appeals/<slug:slug>/signatories/<slug:shape>.txt", open_data.copy_text, name="copy_text"),
    path("appeals/<slug:slug>/changes/", signatories.changes, name="changes"),
    re_path(_SIGNATORY, signatories.signatory, name="signatory"),
    path("appeals/<slug:slug>/figures/", appeal.figures, name="figures"),
    path("appeals/<slug:slug>/card.png", documents.card, name="card"),
    path("appeals/<slug:slug>/embed/", embed.embed, name="embed"),
    re_path(rf"{_EDITION}/$", appeal.edition, name="edition"),
    re_path(rf"{_EDITION}\.pdf$", documents.pdf, name="edition_pdf"),
    re_path(rf"{_EDITION}\.docx$", documents.docx, name="edition_docx"),
    re_path(rf"{_EDITION}\.txt$", documents.plain_text, name="edition_txt"),
]

# web/endorse: the form and the confirmation of the e-mail address.
endorsing: _Patterns = [
    path("appeals/<slug:slug>/endorse/", endorse.endorse, name="endorse"),
    path("appeals/<slug:slug>/endorse/check-mail/", check_mail.check_mail, name="check_mail"),
    path("appeals/<slug:slug>/endorse/code/", confirm.confirm_code, name="confirm_code"),
    path("code/", confirm.code, name="code"),
    path("endorsements/<str:token>/confirm/", confirm.confirm, name="confirm"),
]

# Behind a private link, like the own pages.
locked_texts: _Patterns = [path("drafts/<str:token>/", locked_text.locked_text, name="locked_text")]

# web/own_page: the organisation's own page behind its private link.
own_pages: _Patterns = [
    path("endorsements/<str:token>/", own_page.own_page, name="own_page"),
    path("endorsements/<str:token>/code/", steps.code, name="own_code"),
    path("endorsements/<str:token>/contact/", steps.contact, name="own_contact"),
    path("endorsements/<str:token>/correction/", steps.correction, name="own_correction"),
    path("endorsements/<str:token>/forget/", steps.forget, name="own_forget"),
    path("endorsements/<str:token>/links/", steps.end_links, name="own_links"),
    path("endorsements/<str:token>/named/", steps.named, name="own_named"),
    path("endorsements/<str:token>/receipt.txt", steps.receipt, name="own_receipt"),
    path("endorsements/<str:token>/stop/", steps.stop, name="own_stop"),
    path("endorsements/<str:token>/withdraw/", steps.withdraw, name="own_withdraw"),
    path("endorsements/<str:token>/agree-contact/", confirm_changes.agree_contact, name="agree_contact"),
    path("endorsements/<str:token>/name-again/", confirm_changes.name_again, name="name_again"),
]

# web/removal: the page that never closes.
removals: _Patterns = [
    path("change/", removal.choose_appeal, name="choose_appeal"),
    path("appeals/<slug:slug>/change/", removal.change, name="change"),
    path("appeals/<slug:slug>/change/sent/", removal.sent, name="change_sent"),
    path("appeals/<slug:slug>/change/code/", removal.code, name="change_code"),
    path("appeals/<slug:slug>/change/message/", removal.message, name="change_message"),
    path("appeals/<slug:slug>/change/message/sent/", removal.message_sent, name="change_message_sent"),
]

urlpatterns: _Patterns = [
    *without_language,
    # Pages from memory are resolved before; the form is what must be fast here.
    *i18n_patterns(*endorsing, *own_pages, *locked_texts, *removals, *public, prefix_default_language=False),
]

if settings.ROLE != "public":
    urlpatterns.append(path("admin/", include("petition.admin.urls")))
