"""Suspicion: why an endorsement is in quarantine. Kept as a code; never a state, never a verdict."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Suspicion(models.TextChoices):
    HONEYPOT = "honeypot", _("A field was filled in that people do not see")
    TOO_FAST = "too_fast", _("Sent within three seconds of opening the form")
    NO_STAMP = "no_stamp", _("Sent without opening the form, or from a page two days old")
    MAILBOX = "mailbox", _("Many forms with one mailbox in a day")
    NETWORK = "network", _("Many forms from one network within an hour")
    DOMAIN = "domain", _("Many forms with mailboxes at one domain in a day")
    APPEAL = "appeal", _("Very many forms within an hour")
    STRICTER = "stricter", _("Came in while everything was set aside")
    LIKENESS = "likeness", _("Resembles many others")
    MODERATOR = "moderator", _("Set aside by a moderator")
