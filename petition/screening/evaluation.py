"""Everything that supports or questions one endorsement, in the order in which a moderator wants to read it."""

from collections.abc import Iterator
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from petition.models import Endorsement, FlagCode, Verdict
from petition.screening.characters import Strange, strangeness
from petition.screening.findings import Finding, Mark, Subject
from petition.screening.known_contacts import known
from petition.screening.similar_names import Resemblance
from petition.screening.similarity import Likeness
from petition.screening.submission_signals import arrival

HOW: Final[dict[Likeness, str | Promise]] = {
    Likeness.SAME: gettext_lazy("the same name"),
    Likeness.LOOKS: gettext_lazy("looks the same, but for letters that look alike, spaces, dashes or a legal form"),
    Likeness.SOUNDS: gettext_lazy("sounds the same, in another alphabet or another spelling"),
    Likeness.ACRONYM: gettext_lazy("one is the other’s abbreviation"),
    Likeness.LETTERS: gettext_lazy("a few letters differ"),
}
STRANGE: Final[dict[Strange, str | Promise]] = {
    Strange.INVISIBLE: gettext_lazy("The name has characters that are not seen."),
    Strange.MIXED: gettext_lazy("A word of the name mixes two alphabets."),
    Strange.DISGUISED: gettext_lazy("A word of the name looks Latin and is not."),
    Strange.FORMS: gettext_lazy("The name has letters that no keyboard types."),
    Strange.MARKS: gettext_lazy("The name has marks on letters that have none."),
}
_ORDER: Final = (Mark.CLOSER, Mark.SUPPORTS, Mark.NEUTRAL)


def evidence(endorsement: Endorsement, alike: list[Resemblance]) -> list[Finding]:
    """All findings, what asks for a closer look first. `alike` are its resemblances, which the desk also shows."""
    subject = Subject(endorsement)
    found = [*_names(alike), *_letters(endorsement), *known(subject), *arrival(subject), *_declared(endorsement)]
    return sorted(found, key=lambda finding: _ORDER.index(finding.mark))


def _names(alike: list[Resemblance]) -> Iterator[Finding]:
    for one in alike:
        told = {"reference": one.reference or f"№ {one.endorsement}", "name": one.name or _("Name sealed")}
        if one.verdict == Verdict.DIFFERENT:
            words = _("Resembles %(reference)s, %(name)s. A moderator said: a different body.")
            yield Finding(Mark.NEUTRAL, words % told)
            continue
        words = _("Resembles %(reference)s, %(name)s: %(how)s.") % (told | {"how": HOW[one.how]})
        flag = FlagCode.RESEMBLES_LISTED if one.reference else FlagCode.RESEMBLES_WAITING
        yield Finding(Mark.CLOSER, words, flag, () if one.reference else (one.endorsement,))


def _letters(endorsement: Endorsement) -> Iterator[Finding]:
    for strange in strangeness(f"{endorsement.organisation_name} {endorsement.acronym}"):
        yield Finding(Mark.CLOSER, str(STRANGE[strange]), FlagCode.CHARACTERS)


def _declared(endorsement: Endorsement) -> Iterator[Finding]:
    if endorsement.authority_at:
        words = _(
            "The contact declared to have the right to speak for the organisation; the role is sealed with the contact."
        )
        yield Finding(Mark.NEUTRAL, words)
    if endorsement.member_claimed:
        yield Finding(Mark.NEUTRAL, _("It says that it is a member; nobody has to believe it."))
