"""`manage.py import_statement`: what it stores, what it reports, what it refuses."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from petition.actions.appeals.form_notice import set_notice
from petition.actions.appeals.suggestions import suggest_slug
from petition.actions.audit import record
from petition.actions.listing import entries
from petition.actions.moderation import decisions, name_changes
from petition.models import Appeal, AppealText, AuditEvent, Demand, Endorsement, Kind, Notice, Signatory
from petition.statements.blocks import parse_blocks
from tests.factories import MODERATOR, NOON, SLUG, STATEMENT, statement

FIXTURE = STATEMENT.parent / "statement.marked.txt"


def run(file: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_statement", str(file), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def stored() -> list[tuple[object, ...]]:
    rows = Signatory.objects.order_by("number")
    return list(rows.values_list("number", "label", "name", "acronym", "countries", "countries_as_printed"))


def test_the_statement_becomes_the_appeal(db: None) -> None:
    report, _ = run(STATEMENT)
    appeal = Appeal.objects.get(slug=SLUG)
    assert (appeal.issuer, appeal.issued_on) == ("Civic Solidarity Platform", date(2020, 10, 9))
    assert stored() == [
        (s.number, s.label, entry.name, entry.acronym, " ".join(entry.countries), entry.countries_as_printed)
        for s in statement().signatories
        for entry in [s.organisation]
    ]
    assert Demand.objects.count() == 8  # for the release before
    assert Endorsement.objects.filter(origin="imported", signatory__isnull=False, state="approved").count() == 35
    assert "8 demand, 2 heading, 35 signatory" in report
    assert "line 97 hyphen: opposition" in report
    assert "published" in report


def test_the_marked_up_fixture_is_what_is_proposed_for_the_source(db: None) -> None:
    proposal, errors = run(STATEMENT, "--propose")
    assert proposal == FIXTURE.read_text(encoding="utf-8")
    assert errors == ""
    assert not Appeal.objects.exists()


def test_marked_up_text_is_imported_and_compared_with_its_source(db: None) -> None:
    report, _ = run(FIXTURE, "--source", str(STATEMENT))
    assert "line 97 hyphen: opposition" in report
    assert stored()[34][1] == 'Human Rights Centre "Viasna" (Belarus)'
    assert "unchanged" in run(STATEMENT)[0]
    assert "the words were not compared" in run(FIXTURE)[0]


def test_words_of_the_source_that_are_in_no_block_stop_it(tmp_path: Path, db: None) -> None:
    file = tmp_path / "marked.txt"
    file.write_text(FIXTURE.read_text().replace("refrain from violence, ", ""))
    with pytest.raises(CommandError, match="No block has “refrain from violence,” of line 11 of the source"):
        run(file, "--source", str(STATEMENT))
    assert not Appeal.objects.exists()


def test_check_stores_nothing_and_fails_where_publishing_would(tmp_path: Path, db: None) -> None:
    assert "can be imported. Nothing was stored." in run(STATEMENT, "--check")[0]
    assert not Appeal.objects.exists()
    for option, value in [("--slug", "a b"), ("--issuer", "=1"), ("--status", "unofficial")]:
        with pytest.raises(CommandError):
            run(STATEMENT, "--check", option, value)
    run(STATEMENT)
    assert "can be imported" in run(STATEMENT, "--check")[0]
    with pytest.raises(CommandError, match="stays as it is"):
        run(changed_list(tmp_path, "refrain from violence", "refrain from force"), "--check")


def test_importing_again_changes_nothing_and_brings_no_hidden_name_back(db: None) -> None:
    run(STATEMENT)
    decisions.hide(SLUG, Kind.ORIGINAL, 10, by=MODERATOR, at=NOON)
    before = (stored(), AuditEvent.objects.count(), Appeal.objects.get().revision)
    report, _ = run(STATEMENT)
    assert "unchanged" in report
    assert (stored(), AuditEvent.objects.count(), Appeal.objects.get().revision) == before
    assert stored()[9][1:] == ("", "", "", "", "")


def test_another_text_for_a_published_appeal_is_refused(tmp_path: Path, db: None) -> None:
    run(STATEMENT)
    changed = tmp_path / "changed.txt"
    changed.write_text(STATEMENT.read_text().replace("refrain from violence", "refrain from force"))
    with pytest.raises(CommandError, match="stays as it is"):
        run(changed)
    assert AppealText.objects.count() == 1


def changed_list(folder: Path, was: str, becomes: str) -> Path:
    file = folder / "changed.txt"
    assert was in STATEMENT.read_text()
    file.write_text(STATEMENT.read_text().replace(was, becomes))
    return file


LAST = '35. Human Rights Centre "Viasna" (Belarus)\n'


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        (
            LAST,
            LAST + "36. Made-up Fund (Kyrgyzstan)\n",
            [r"Only in the file: 36\. Made-up Fund \(Kyrgyzstan\)"],
        ),
        (LAST, "", [r"Only published: 35\. Human Rights Centre"]),
        (
            "17. DRA (Germany)",
            "17. DRA e.V. (Germany)",
            [r"Only in the file: 17\. DRA e\.V\.", r"Only published: 17\. DRA"],
        ),
        (
            "33. Humanrights.ch (Switzerland)\n34. Swiss Helsinki Committee",
            "33. Swiss Helsinki Committee\n34. Humanrights.ch (Switzerland)",
            [r"Under another number: 33\. Swiss Helsinki Committee \(published as 34\.\); 34\. Humanrights"],
        ),
    ],
    ids=["added", "gone", "respelled", "moved"],
)
def test_another_list_is_refused_with_the_differences(
    tmp_path: Path, db: None, was: str, becomes: str, expected: list[str]
) -> None:
    run(STATEMENT)
    before = (stored(), AuditEvent.objects.count(), Appeal.objects.get().revision)
    for sentence in [*expected, "takes a name off"]:
        with pytest.raises(CommandError, match=sentence):
            run(changed_list(tmp_path, was, becomes))
    assert (stored(), AuditEvent.objects.count(), Appeal.objects.get().revision) == before


def test_a_hidden_entry_is_never_shown_as_a_difference(tmp_path: Path, db: None) -> None:
    run(STATEMENT)
    decisions.hide(SLUG, Kind.ORIGINAL, 35, by=MODERATOR, at=NOON)
    assert "unchanged" in run(changed_list(tmp_path, LAST, ""))[0]
    renumbered = re.sub(r"^(\d+)\. ", lambda match: f"{int(match[1]) + 1}. ", STATEMENT.read_text(), flags=re.MULTILINE)
    file = tmp_path / "renumbered.txt"
    file.write_text(renumbered.replace("2. International", "1. Made-up Fund\n2. International"))
    with pytest.raises(CommandError) as refused:
        run(file)
    assert "1. Made-up Fund" in str(refused.value)
    assert "Viasna" not in str(refused.value)


def test_a_corrected_entry_is_no_difference(db: None) -> None:
    run(STATEMENT)
    endorsement = Endorsement.objects.get(signatory__kind="original", signatory__number=17)
    event = record("correct", subject=endorsement, by=MODERATOR, at=NOON)
    name_changes.change_name(endorsement, entries.EntryProposal("DRA e.V.", "", "DE"), event=event)
    assert "unchanged" in run(STATEMENT)[0]


def test_what_only_a_person_can_decide_stops_it_and_is_named(tmp_path: Path, db: None) -> None:
    odd = changed_list(tmp_path, "17. DRA (Germany)", "17. Jane Doe (Germany)")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match=r"“Jane Doe .Germany.” .block 30.: Say what it is. `--propose` writes"):
        call_command("import_statement", str(odd), stdout=out, stderr=err, verbosity=0)
    assert "UNDECIDED, line 71: Jane Doe (Germany)" in err.getvalue()
    assert "Is it an organisation, or a person?" in err.getvalue()
    assert not Appeal.objects.exists()


def test_a_proposal_is_settled_by_a_person_and_imported(tmp_path: Path, db: None) -> None:
    odd = changed_list(tmp_path, "17. DRA (Germany)", "17. Jane Doe (Germany)")
    proposal, errors = run(odd, "--propose")
    assert "? Jane Doe (Germany)\n" in proposal
    assert "Is it an organisation, or a person?" in errors
    settled = tmp_path / "settled.txt"
    settled.write_text(proposal.replace("? Jane Doe", "- Jane Doe"))
    run(settled, "--source", str(odd))
    assert Signatory.objects.count() == 34
    assert stored()[16][:2] == (17, "Helsinki Foundation for Human Rights (HFHR, Poland)")


def translation(folder: Path, demands: int = 8) -> Path:
    """Return a made-up translation with the right structure."""
    asked = "".join(f"{number}. Требование номер {number}.\n\n" for number in range(1, demands + 1))
    file = folder / "ru.txt"
    file.write_text(
        "КЫРГЫЗСТАН: ПРОБНЫЙ ТЕКСТ\n\n9 октября 2020 г.\n\nМы призываем к следующему:\n\n"
        f"{asked}Мы также обращаемся ко всем партнёрам.\n\nПодписали:\n1. Фонд Один\n2. Фонд Два\n3. Фонд Три\n\n"
        "Справка:\n\nПервый.\n\nВторой.\n\nТретий.\n"
    )
    return file


def test_a_translation_is_added_and_marked(tmp_path: Path, db: None, client: Client) -> None:
    run(STATEMENT)
    options = ("--slug", SLUG, "--language", "ru", "--status", "unofficial", "--date", "2026-11-23")
    report, _ = run(translation(tmp_path), *options)
    assert "translated" in report
    assert Signatory.objects.count() == 35
    page = client.get(f"/ru/appeals/{SLUG}/").content.decode()
    assert "Требование номер 8." in page
    assert '<section class="text" lang="ru"' in page
    assert "23 ноября 2026" in page
    assert "Требование" not in client.get(f"/appeals/{SLUG}/").content.decode()
    assert client.get(f"/appeals/{SLUG}/text.ru.txt").status_code == 200


def test_a_translation_with_other_demands_is_refused(tmp_path: Path, db: None) -> None:
    run(STATEMENT)
    with pytest.raises(CommandError, match="number 9 is a demand there, and a paragraph here"):
        run(translation(tmp_path, demands=7), "--slug", SLUG, "--language", "ru", "--status", "unofficial")


def without_list(file: Path, closing: str = "") -> Path:
    text = file.read_text()
    file.write_text(text[: text.index("Подписали:")] + closing + text[text.index("Справка:") :])
    return file


def test_a_translation_needs_no_list_of_signatories(tmp_path: Path, db: None) -> None:
    run(STATEMENT)
    options = ("--slug", SLUG, "--language", "ru", "--status", "unofficial")
    report, errors = run(without_list(translation(tmp_path)), *options)
    assert "translated" in report
    assert errors == ""
    assert AppealText.objects.get(language="ru").list_blocks()[-1] == ("paragraph", "Третий.")


def test_a_list_that_was_taken_for_paragraphs_is_not_published_in_a_translation(tmp_path: Path, db: None) -> None:
    run(STATEMENT)
    decisions.hide(SLUG, Kind.ORIGINAL, 10, by=MODERATOR, at=NOON)
    names = without_list(translation(tmp_path), "Мы с ними.\n\nБелорусский дом имени Бориса Звозскова.\n\n")
    with pytest.raises(CommandError, match="number 11 is a heading there, and a paragraph here"):
        run(names, "--slug", SLUG, "--language", "ru", "--status", "unofficial")
    assert AppealText.objects.count() == 1


def test_the_list_of_a_translation_is_reported_as_not_imported(tmp_path: Path, db: None) -> None:
    run(STATEMENT)
    report, _ = run(translation(tmp_path), "--slug", SLUG, "--language", "ru", "--status", "unofficial")
    assert "Its 3 signatories were not imported" in report


def test_a_translation_without_an_original_is_refused(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="import its official text first"):
        run(translation(tmp_path), "--slug", SLUG, "--language", "ru", "--status", "unofficial")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"", "There is no text"),
        (b"A title\n", "give --date"),
        ("Обращение\n".encode(), "Cyrillic letters"),
    ],
)
def test_operator_mistakes_get_a_sentence(tmp_path: Path, db: None, content: bytes | None, expected: str) -> None:
    file = tmp_path / "file.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=expected):
        run(file)


@pytest.mark.parametrize("slug", ["Kyrgyzstan 2020", "a/b", "кыргызстан", "a.json", "", " ", "x" * 51, "a\nb"])
def test_a_slug_that_no_address_can_hold_is_refused(db: None, client: Client, slug: str) -> None:
    run(STATEMENT)
    with pytest.raises(CommandError, match="cannot be part of an address"):
        run(STATEMENT, "--slug", slug)
    assert Appeal.objects.count() == 1
    assert client.get("/").status_code == 302


def test_the_slug_of_a_long_title_is_short_enough_to_be_stored() -> None:
    text = "# Неправительственные организации Кыргызстанапредупреждают\n@ 9 October 2020\n"
    assert len(suggest_slug(parse_blocks(text))) <= 50


def test_a_name_that_may_not_be_typed_blocks_publication_and_is_shown_harmlessly(tmp_path: Path, db: None) -> None:
    odd = changed_list(tmp_path, "17. DRA (", "17. Aid\x1b[2J Fund (")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("import_statement", str(odd), stdout=out, stderr=err)
    assert "\x1b" not in out.getvalue() + err.getvalue() + str(refused.value)
    assert "\\u001b[2J" in str(refused.value)
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("issuer", ["=1+1", "Coalition\x00", "x" * 201])
def test_an_issuer_that_may_not_be_printed_is_refused(db: None, issuer: str) -> None:
    with pytest.raises(CommandError, match="--issuer NAME"):
        run(STATEMENT, "--issuer", issuer)
    assert not Appeal.objects.exists()


def beside(folder: Path, text: str) -> Path:
    """Return a copy of the statement with a notice beside it."""
    (folder / "appeal.txt").write_text(STATEMENT.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "appeal.notice.json").write_text(text, encoding="utf-8")
    return folder / "appeal.txt"


def test_a_notice_beside_the_statement_opens_the_form_once_it_is_published(db: None, tmp_path: Path) -> None:
    file = beside(tmp_path, '{"dated": "2026-01-02", "paragraphs": {"ru": ["Раз.", "Два."]}}')
    run(file, "--check")
    assert not Notice.objects.exists()
    run(file)
    assert Notice.objects.values_list("language", "paragraphs", "dated").get() == (
        "ru",
        ["Раз.", "Два."],
        date(2026, 1, 2),
    )
    set_notice(Appeal.objects.get(), language="ru", paragraphs=["Три."], dated=NOON.date(), by=MODERATOR, at=NOON)
    run(file)
    assert Notice.objects.get().paragraphs == ["Три."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not a notice: write"),
        ('{"paragraphs": {"en": ["a"]}}', "is not a notice"),
        ('{"dated": "soon", "paragraphs": {}}', "is not a notice"),
        ('{"dated": "2026-01-02", "paragraphs": ["a"]}', "is not a notice"),
        (
            '{"dated": "2026-01-02", "paragraphs": {"fr": ["a"]}}',
            "has paragraphs in fr: use the languages of the form, en, ru, ky.",
        ),
    ],
)
def test_an_unreadable_notice_is_refused_and_nothing_is_published(
    db: None, tmp_path: Path, text: str, expected: str
) -> None:
    with pytest.raises(CommandError, match=re.escape(expected)):
        run(beside(tmp_path, text))
    assert not Appeal.objects.exists()
