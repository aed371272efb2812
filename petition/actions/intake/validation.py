"""Check again, in the worker, what the intake holds: a stolen public process can put anything into it."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms import Field

from petition.actions.intake.submissions import Arrival, Submission
from petition.actions.refusals import InvalidRequest
from petition.models import Display, Level
from petition.reference.countries import COUNTRY_CODES
from petition.security.tokens import is_reference_word
from petition.text import form_limits as limits
from petition.text.form_fields import MailboxField, MultiLineField, SingleLineField

Fields = Mapping[str, Any]

NAME = SingleLineField(max_length=limits.MAX_NAME)
_ACRONYM = SingleLineField(max_length=limits.MAX_ACRONYM, required=False)
_WEBSITE = SingleLineField(
    max_length=limits.MAX_WEBSITE,
    required=False,
    is_name=False,
    validators=[RegexValidator(limits.WEBSITE_PATTERN)],
)
PERSON = SingleLineField(max_length=limits.MAX_PERSON)
MAILBOX = MailboxField()
_CODE_DIGEST = re.compile(r"code:[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}|")


def parse_submission(fields: Fields) -> Submission:
    """Return the form in `fields`. Raises InvalidRequest unless the form of this site could have sent it."""
    return Submission(
        organisation_name=clean(NAME, fields, "organisation_name"),
        acronym=clean(_ACRONYM, fields, "acronym"),
        countries=parse_countries(fields),
        website=clean(_WEBSITE, fields, "website"),
        display=parse_choice(fields, "display", Display.values),
        member=bool(fields.get("member")),
        contact_name=clean(PERSON, fields, "contact_name"),
        contact_role=clean(PERSON, fields, "contact_role"),
        contact_email=clean(MAILBOX, fields, "contact_email"),
        language=parse_language(fields),
    )


def parse_entry(fields: Fields) -> tuple[str, str, str]:
    """Return name, acronym and countries (codes, a space between) of a correction. Raises InvalidRequest."""
    countries = " ".join(parse_countries(fields))
    return clean(NAME, fields, "organisation_name"), clean(_ACRONYM, fields, "acronym"), countries


def parse_arrival(fields: Fields, *, network: str) -> Arrival:
    """Return how the form was sent, as the public process saw it. Raises InvalidRequest."""
    seconds = fields.get("seconds")
    if seconds is not None and (type(seconds) is not int or abs(seconds) > 10**7):
        raise InvalidRequest("seconds")
    level = parse_choice(fields, "level", Level.values)
    return Arrival(network=network, seconds=seconds, honeypot_filled=bool(fields.get("honeypot")), level=level)


def parse_word(fields: Fields) -> str:
    """Return the reference word. Raises InvalidRequest."""
    word = fields.get("word")
    if not isinstance(word, str) or not is_reference_word(word):
        raise InvalidRequest("word")
    return word


def parse_code_digest(fields: Fields) -> str:
    """Return the digest of a removal code, or '' if there is none. Raises InvalidRequest."""
    return _match(_CODE_DIGEST, fields, "code") if fields.get("code") else ""


def parse_fingerprint(fields: Fields) -> str:
    """Return the fingerprint that names a form, or ''. Raises InvalidRequest."""
    return _match(_FINGERPRINT, fields, "form")


def parse_countries(fields: Fields) -> tuple[str, ...]:
    """Return country codes, each once. Raises InvalidRequest."""
    codes = fields.get("countries")
    if not isinstance(codes, list) or len(codes) > limits.MAX_COUNTRIES or len(set(map(str, codes))) != len(codes):
        raise InvalidRequest("countries")
    if not all(isinstance(code, str) and code in COUNTRY_CODES for code in codes):
        raise InvalidRequest("countries")
    return tuple(codes)


def parse_choice(fields: Fields, name: str, choices: list[str]) -> str:
    """Return one of `choices`. Raises InvalidRequest."""
    if fields.get(name) not in choices:
        raise InvalidRequest(name)
    return str(fields[name])


def parse_language(fields: Fields) -> str:
    """Return the code of a language of this site. Raises InvalidRequest."""
    return parse_choice(fields, "language", [code for code, _ in settings.LANGUAGES])


def parse_lines(fields: Fields, name: str, most: int) -> str:
    """Return a text of several lines, `most` characters at most. Raises InvalidRequest."""
    return clean(MultiLineField(max_length=most), fields, name)


def clean(field: Field, fields: Fields, name: str) -> str:
    """Return the text in `fields` as `field` cleans it. Raises InvalidRequest."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise InvalidRequest(name)
    try:
        return str(field.clean(value))
    except ValidationError as error:
        raise InvalidRequest(name) from error


def _match(pattern: re.Pattern[str], fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidRequest(name)
    return value
