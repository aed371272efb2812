"""What the form asks an organisation to declare, asked where the secretariat filled in the rest of it."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy as _

from petition.models import Display, Endorsement
from petition.reference.languages import AWAITING_NATIVE_READER
from petition.web.endorse.endorse_form import DECLARATIONS, read_instead
from petition.web.own_page.own_page_forms import PartForm


class DeclarationsForm(PartForm):
    parts = DECLARATIONS

    def __init__(self, *args: Any, endorsement: Endorsement, **options: Any) -> None:
        super().__init__(*args, **options)
        if endorsement.display == Display.NAMED:
            self.fields["consent_publication"].required = True
            self.fields["consent_publication"].error_messages["required"] = _(
                "To be named, agree to the publication; or erase this and write to the secretariat."
            )
        else:
            del self.fields["consent_publication"]
        if get_language() in AWAITING_NATIVE_READER:
            for field in self.fields.values():
                field.help_text = read_instead(field.label)
