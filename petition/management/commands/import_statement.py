from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from petition.actions.appeals import publication
from petition.actions.appeals.form_notice import set_notice
from petition.actions.audit import OPERATOR
from petition.actions.refusals import StatementRefused
from petition.checks.start import SafeCommand
from petition.management.notice_file import NoticeFile, read_notice
from petition.models import Appeal, TextStatus
from petition.models.database.database_clock import database_now
from petition.reference.languages import LANGUAGES
from petition.statements.ledger import Note
from petition.statements.naming import find_issuer, suggest_slug
from petition.statements.remedies import REMEDIES
from petition.statements.result import Reading, to_json
from petition.statements.statement import read_statement


class Command(SafeCommand):
    help = "Imports a statement's plain text as an appeal, and reports everything that was joined or left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="plain text in UTF-8")
        parser.add_argument("--slug", help="of the appeal; read from title and date if not given")
        parser.add_argument("--issuer", help="who issued it; read from the text if not given")
        parser.add_argument("--language", choices=list(LANGUAGES), default="en")
        parser.add_argument("--status", choices=TextStatus.values, default=TextStatus.OFFICIAL)
        parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD of the text; read from it if not given")
        parser.add_argument("--check", action="store_true", help="report only, store nothing")
        parser.add_argument("--fixture", type=Path, metavar="JSON", help="also write what was read to this file")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            reading = read_statement(file.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CommandError(f"{file} cannot be read ({error.strerror}): name a text file.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{file} is not UTF-8 text: save it as UTF-8 (byte {error.start}).") from error
        is_translation = options["status"] == TextStatus.UNOFFICIAL
        unresolved = reading.unresolved_in_text if is_translation else reading.unresolved
        if options["verbosity"] or unresolved:
            self._report(reading, unresolved)
        if options["fixture"]:
            _write(options["fixture"], to_json(reading))
        if not options["check"]:
            self._publish(reading, read_notice(file), options)

    def _publish(self, reading: Reading, notice: NoticeFile, options: dict[str, Any]) -> None:
        dated = options["date"] or reading.dated
        slug = suggest_slug(reading) if options["slug"] is None else options["slug"]
        if dated is None:
            raise CommandError("The text has no date: give --date YYYY-MM-DD.")
        details = publication.StatementDetails(
            slug=slug,
            issuer=find_issuer(reading) if options["issuer"] is None else options["issuer"],
            language=options["language"],
            status=TextStatus(options["status"]),
            dated=dated,
        )
        try:
            with transaction.atomic():  # the form must not be open, even briefly, without its notice
                outcome = publication.publish_statement(reading, details, by=OPERATOR, at=database_now())
                if outcome == publication.Outcome.PUBLISHED:
                    _set_notice(notice, slug)
        except StatementRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{slug} ({details.language}): {outcome}.")
        if outcome == publication.Outcome.TRANSLATED and reading.signatories:
            self.stdout.write(f"Its {len(reading.signatories)} signatories were not imported: the list is unchanged.")

    def _report(self, reading: Reading, unresolved: Sequence[Note]) -> None:
        write = self.stdout.write
        for note in reading.notes:
            write(f"  {_format_note(note)}")
        for heading in reading.headings:
            write(f"  line {heading.line}: heading of {heading.kind}: {_escape(heading.text)}")
        write(
            f"{reading.title!r}, {reading.dated_as_printed}: {len(reading.preamble)} paragraphs, "
            f"{len(reading.demands)} demands, {len(reading.closing)} closing, "
            f"{len(reading.signatories)} signatories, {len(reading.background)} background."
        )
        for signatory in reading.signatories:
            entry = f"{signatory.name} | {signatory.acronym} | {' '.join(signatory.countries)}"
            write(f"  {signatory.number}. {_escape(entry)}")
        for note in unresolved:
            self.stderr.write(f"NOT UNDERSTOOD, {_format_note(note)}")
        for kind in sorted({note.kind for note in unresolved}):
            self.stderr.write(f"What to do about “{kind.replace('_', ' ')}”: {REMEDIES[kind]}.")


def _set_notice(notice: NoticeFile, slug: str) -> None:
    appeal = Appeal.objects.get(slug=slug)
    for language, paragraphs in notice.paragraphs.items():
        set_notice(appeal, language=language, paragraphs=paragraphs, dated=notice.dated, by=OPERATOR, at=database_now())


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be written ({error.strerror}): choose another folder.") from error


def _format_note(note: Note) -> str:
    """Return `line 52–53: line join: …`, or without numbers if the note is about the whole text."""
    kind = note.kind.replace("_", " ")
    numbers = "–".join(str(number) for number in dict.fromkeys((*note.lines[:1], *note.lines[-1:])))
    text = _escape(note.text)
    return f"line {numbers}: {kind}: {text}" if numbers else f"{kind}: {text}"


def _escape(text: str) -> str:
    """Return the text with characters escaped that cannot be printed, or that would control the terminal."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
