from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from petition.actions.appeals import publication
from petition.actions.appeals.form_notice import set_notice
from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.appeals.suggestions import find_issuer, suggest_slug
from petition.actions.audit import OPERATOR
from petition.actions.refusals import StatementRefused
from petition.checks.start import SafeCommand
from petition.management.notice_file import NoticeFile, read_notice
from petition.models import Appeal, TextStatus
from petition.models.database.database_clock import database_now
from petition.reference.languages import TEXT_LANGUAGES
from petition.statements.blocks import BlockKind, Statement, format_blocks, is_marked_up, parse_blocks
from petition.statements.problems import describe_problem, find_notes, find_problems
from petition.statements.proof import HARMLESS, compare_words, describe_difference
from petition.statements.proposal import list_doubts, propose, to_statement
from petition.statements.source import SourceRefused, read_file, refuse_unreadable


class Command(SafeCommand):
    help = (
        "Imports a statement as an appeal: plain text in UTF-8 or .docx, or marked-up text with its --source. What "
        "only a person can decide stops it: then write the proposal with --propose, settle each line with a “?”, "
        "and import that."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="plain text in UTF-8, .docx, or marked-up text")
        parser.add_argument(
            "--propose", action="store_true", help="write the marked-up text that is proposed, store nothing"
        )
        parser.add_argument(
            "--check", action="store_true", help="report only; exit with 1 where publishing would be refused"
        )
        parser.add_argument("--source", type=Path, help="the source of marked-up text, to compare their words")
        parser.add_argument("--slug", help="of the appeal; read from title and date if not given")
        parser.add_argument("--issuer", help="who issued it; read from the text if not given")
        parser.add_argument("--language", choices=list(TEXT_LANGUAGES), default="en")
        parser.add_argument("--status", choices=TextStatus.values, default=TextStatus.OFFICIAL)
        parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD of the text; read from it if not given")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        text = _read(file)
        source = text if options["source"] is None else _read(options["source"])
        try:
            refuse_unreadable(source, options["language"])
        except SourceRefused as error:
            raise CommandError(f"{options['source'] or file} cannot be imported. {error}") from error
        if options["source"] and is_marked_up(source):
            raise CommandError(f"{options['source']} is marked-up text: name the text or .docx it was made of.")
        is_marked = options["source"] is not None or is_marked_up(text)
        statement = parse_blocks(text) if is_marked else self._propose(source)
        if options["propose"]:
            self.stdout.write(format_blocks(statement.blocks), ending="")
            return
        compared = None if is_marked_up(source) else source
        if options["verbosity"]:
            self._report(statement, compared)
        self._publish(statement, compared, read_notice(file), options)

    def _propose(self, source: str) -> Statement:
        """Return the proposal, and say what a person must settle."""
        proposed = propose(source)
        for one, sentence in list_doubts(proposed):
            self.stderr.write(f"UNDECIDED, line {one.line}: {_escape(one.block.text)[:100]}\n  {sentence}")
        return to_statement(proposed)

    def _publish(self, statement: Statement, source: str | None, notice: NoticeFile, options: dict[str, Any]) -> None:
        details = _describe(statement, options)
        with transaction.atomic():  # the form must not be open, even briefly, without its notice
            try:
                outcome = publication.publish_statement(
                    statement, details, by=OPERATOR, at=database_now(), source=source
                )
            except StatementRefused as error:
                hint = "`--propose` writes the text in which to settle it."
                raise CommandError(f"{_escape(str(error))} {hint}") from error
            if outcome == publication.Outcome.PUBLISHED:
                _set_notice(notice, details.slug)
            if options["check"]:
                transaction.set_rollback(True)
        if options["check"]:
            self.stdout.write(f"{details.slug} ({details.language}) can be imported. Nothing was stored.")
            return
        self.stdout.write(f"{details.slug} ({details.language}): {outcome}.")
        if outcome == publication.Outcome.TRANSLATED and statement.signatories:
            self.stdout.write(f"Its {len(statement.signatories)} signatories were not imported: the list is unchanged.")

    def _report(self, statement: Statement, source: str | None) -> None:
        write = self.stdout.write
        counts = {kind: len(statement.texts(kind)) for kind in BlockKind}
        write(f"{_escape(statement.title)}, {_escape(statement.dated_as_printed)}")
        write(", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items() if count))
        for signatory in statement.signatories:
            entry = signatory.organisation
            write(f"  {signatory.number}. {_escape(f'{entry.name} | {entry.acronym} | ' + ' '.join(entry.countries))}")
        for problem in find_problems(statement, is_translation=True):
            self.stderr.write(_escape(describe_problem(statement, problem)))
        for note in find_notes(statement):
            write(f"Note: {_escape(describe_problem(statement, note))}")
        if source is None:
            write("No --source was given, so the words were not compared with it.")
            return
        differences = compare_words(source, statement)
        for one in differences:
            if one.change not in HARMLESS:
                self.stderr.write(_escape(describe_difference(one)))
        harmless = [f"line {one.line} {one.change}: {one.words}" for one in differences if one.change in HARMLESS]
        write(_escape(f"Compared with its source: {'; '.join(harmless) or 'no difference'}."))


def _read(file: Path) -> str:
    try:
        return read_file(file)
    except OSError as error:
        raise CommandError(f"{file} cannot be read ({error.strerror}): name a text file.") from error
    except SourceRefused as error:
        raise CommandError(f"{file} cannot be read. {error}") from error


def _describe(statement: Statement, options: dict[str, Any]) -> StatementDetails:
    dated = options["date"] or statement.dated
    if dated is None:
        raise CommandError("The text has no date that can be read: give --date YYYY-MM-DD.")
    return StatementDetails(
        slug=suggest_slug(statement) if options["slug"] is None else options["slug"],
        issuer=find_issuer(statement) if options["issuer"] is None else options["issuer"],
        language=options["language"],
        status=TextStatus(options["status"]),
        dated=dated,
    )


def _set_notice(notice: NoticeFile, slug: str) -> None:
    appeal = Appeal.objects.get(slug=slug)
    for language, paragraphs in notice.paragraphs.items():
        set_notice(appeal, language=language, paragraphs=paragraphs, dated=notice.dated, by=OPERATOR, at=database_now())


def _escape(text: str) -> str:
    """Return the text with characters escaped that cannot be printed, or that would control the terminal."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
