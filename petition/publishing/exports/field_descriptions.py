"""What each field of the data means. These descriptions are published with the data, and in its schemas."""

from typing import Final

from petition.publishing.public_records import CHECKED_BY_MAILBOX

SCHEMA_NAMES: Final = ("signatories", "appeal")
TEXT_FORMATS: Final = ("numbered", "commas", "countries")

FIELD_DESCRIPTIONS: Final[dict[str, str]] = {
    "id": "Permanent reference of the line, for example further-12.",
    "number": "Number within its kind; never changed and never reused.",
    "kind": "original: signed on the day of the appeal. further: endorsed it later.",
    "label": "The line exactly as printed. Null when no longer listed, as are all fields below except status.",
    "name": "Name of the organisation as it asked to appear.",
    "acronym": "Its acronym as printed, empty if none is printed.",
    "countries": "ISO 3166-1 alpha-2 codes of the countries printed; a country is never inferred from a name.",
    "countries_as_printed": "The countries as the line prints them.",
    "member": "True only when a moderator checked that it is a member of the issuing coalition.",
    "listed_on": "Date on which the line was listed (originals: the date of the appeal).",
    "status": "listed or no_longer_listed.",
    "note": "What the secretariat says beside the line, empty if nothing.",
    "noted_on": "Date of the note, null without one.",
}

COUNTS: Final[dict[str, str]] = {
    "original": "Organisations that signed on the day of the appeal, including any no longer listed.",
    "further": "Organisations that endorsed later, by name, and are listed now.",
    "withheld": "Organisations not named for their safety and never listed; never part of the other numbers.",
}

CHECKS: Final[dict[str, str]] = {
    "first_published_by": "Who issued the appeal; its lines of kind original stand here as published.",
    "first_published_on": "Date on which the appeal was first published.",
    "original": "Lines of the appeal as published that are listed now, by the way in which they were checked.",
    "further": "Lines listed later. Each organisation proved its mailbox, and a moderator approved the endorsement.",
    "withheld": "Organisations not named, counted as in counts.withheld; never part of the other numbers.",
    "report_errors_at": "Where anybody can report an error in the list.",
}
HOW_CHECKED: Final[dict[str, str]] = {
    "imported": "From the appeal as published on its date.",
    "known_domain": "Its mailbox is at a domain the secretariat knew.",
    "own_channel": "A call or message through a channel the organisation publishes.",
    "vouched": "An organisation on the list vouched for it.",
    "other": "Another way, on record with the secretariat.",
    CHECKED_BY_MAILBOX: "By its own mailbox and a moderator; no other check is on record.",
}

CHANGES: Final[dict[str, str]] = {
    "id": "The line that was changed; it is listed now.",
    "what": "Which part of it: name, acronym, countries, line (several parts), note.",
    "on": "Date of the change.",
    "old_label": "The line as it was, only where the organisation agreed; else null.",
}

ABOUT: Final[dict[str, str]] = {
    "appeal": "The name of the appeal in addresses.",
    "address": "Where the appeal can be read.",
    "demonstration": "True in made-up data, else left out.",
    "revision": "Counter of public changes, removals included: the same revision, the same list.",
    "as_of": "Date (UTC) of the last addition or correction; a removal does not move it.",
    "licence": "Terms under which this data may be reused. The text of the appeal belongs to its authors.",
    "text_sha256": "SHA-256 of the text that was signed, over the UTF-8 bytes served at its address.",
}
