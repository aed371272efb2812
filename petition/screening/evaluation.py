"""Collect everything that supports or questions one endorsement, in the order in which a moderator reads it."""

from collections.abc import Iterator
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from petition.models import Endorsement, FlagCode, Verdict
from petition.screening.characters import StrangeLetters, find_strange_letters
from petition.screening.findings import Finding, Mark, Subject
from petition.screening.known_contacts import find_known_contacts
from petition.screening.similar_names import Resemblance
from petition.screening.similarity import Likeness
from petition.screening.submission_signals import find_submission_signals

LIKENESS_LABELS: Final[dict[Likeness, str | Promise]] = {
    Likeness.SAME: gettext_lazy("the same name"),
    Likeness.LOOKS: gettext_lazy("looks the same, except for similar letters, spaces, dashes or legal form"),
    Likeness.SOUNDS: gettext_lazy("sounds the same, in another alphabet or another spelling"),
    Likeness.ACRONYM: gettext_lazy("one is an abbreviation of the other"),
    Likeness.LETTERS: gettext_lazy("a few letters differ"),
}
STRANGE_LETTERS_LABELS: Final[dict[StrangeLetters, str | Promise]] = {
    StrangeLetters.INVISIBLE: gettext_lazy("The name has invisible characters."),
    StrangeLetters.MIXED: gettext_lazy("A word of the name mixes two alphabets."),
    StrangeLetters.DISGUISED: gettext_lazy("A word of the name looks Latin but is not."),
    StrangeLetters.FORMS: gettext_lazy("The name has letters that no keyboard has."),
    StrangeLetters.MARKS: gettext_lazy("The name has accents on letters that never have them."),
}
_ORDER: Final = (Mark.CLOSER, Mark.SUPPORTS, Mark.NEUTRAL)


def evaluate(endorsement: Endorsement, alike: list[Resemblance]) -> list[Finding]:
    """Return all findings, those that ask for a closer look first. `alike` are its resemblances (similar_names.py)."""
    subject = Subject(endorsement)
    findings = [
        *_similar_names(alike),
        *_strange_letters(subject),
        *find_known_contacts(subject),
        *find_submission_signals(subject),
        *_declarations(endorsement),
    ]
    return sorted(findings, key=lambda finding: _ORDER.index(finding.mark))


def _similar_names(alike: list[Resemblance]) -> Iterator[Finding]:
    for one in alike:
        params = {"reference": one.reference or f"№ {one.endorsement}", "name": one.name or _("Name encrypted")}
        if one.verdict == Verdict.DIFFERENT:
            words = _("Resembles %(reference)s, %(name)s. A moderator said: different organisation.")
            yield Finding(Mark.NEUTRAL, words % params)
            continue
        words = _("Resembles %(reference)s, %(name)s: %(how)s.") % (params | {"how": LIKENESS_LABELS[one.how]})
        flag = FlagCode.RESEMBLES_LISTED if one.reference else FlagCode.RESEMBLES_WAITING
        yield Finding(Mark.CLOSER, words, flag, () if one.reference else (one.endorsement,))


def _strange_letters(subject: Subject) -> Iterator[Finding]:
    for strange in find_strange_letters(f"{subject.name['organisation_name']} {subject.name['acronym']}"):
        yield Finding(Mark.CLOSER, str(STRANGE_LETTERS_LABELS[strange]), FlagCode.CHARACTERS)


def _declarations(endorsement: Endorsement) -> Iterator[Finding]:
    if endorsement.member_claimed:
        yield Finding(Mark.NEUTRAL, _("It says that it is a member. This is not checked."))
