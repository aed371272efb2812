"""The words that a contact agrees to, one by one.

Each endorsement keeps the version of these words: after a change raise WORDING_VERSION in
petition/actions/intake/consent_version.py, and translate them in the same commit.
"""

from django.utils.translation import gettext_lazy as _

AUTHORITY = _("I am authorised to endorse this appeal for the organisation.")
PROCESSING = _("The secretariat may store and use what I enter to check and manage this endorsement.")
PUBLICATION = _("If named: the organisation’s name, acronym and countries may be published with this appeal.")
