"""The words that a contact agrees to, one by one.

Each endorsement keeps the version of these words: after a change raise WORDING_VERSION in
petition/actions/intake/consent_version.py, and translate them in the same commit.
"""

from django.utils.translation import gettext_lazy as _

AUTHORITY = _("I am authorised to endorse this appeal on behalf of the organisation.")
PROCESSING = _("I agree that the secretariat stores and uses what I enter here to check and manage this endorsement.")
PUBLICATION = _(
    "If named: the organisation agrees that its name, acronym and countries are published with this appeal."
)
