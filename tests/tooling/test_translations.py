"""Russian and Kyrgyz: nothing untranslated, nothing stale, placeholders kept, numbers and dates correct."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import django
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.template.loader import render_to_string
from django.test import Client
from django.utils import formats, translation

from petition.mail import messages
from petition.models import Appeal
from petition.models.appeals import Phase
from petition.publishing.public_records import AppealRecord, Counts, TextRecord
from petition.reference.languages import UNREVIEWED_LANGUAGES
from petition.web.endorse.forms import DECLARATIONS
from tests.factories import SLUG
from tests.tooling import translations

LANGUAGES = translations.LANGUAGES
SAME_EVERYWHERE = {"TXT", "PDF", "DOCX", "JSON", "CSV", "SHA", "cookie", "Cookie", "www", "example", "org"} | {
    "WCAG",
    "Atom",
    "axe",
    "core",
    "Chromium",
    "JavaScript",
    "AA",
    "GDPR",
    "IP",
}
KEPT = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?\w[^>]*>")
TEXT = TextRecord("en", "official", date(2020, 10, 9), "Title", "9 October 2020", (), (), "", "")

each_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def catalogue(language: str) -> Catalog:
    with translations.po_file(language).open(encoding="utf-8") as file:
        return read_po(file, abort_invalid=True)


def entries(language: str) -> Iterator[tuple[str, Message, str]]:
    """Yield every plural form of every translation: English text, message, form."""
    for message in catalogue(language):
        for form in translations.forms(message) if message.id else ():
            yield message.id if isinstance(message.id, str) else message.id[0], message, form


def keys(strings: Catalog) -> set[tuple[str | None, Any]]:
    return {(message.context, message.id) for message in strings if message.id}


# --- the catalogues ---


@each_language
def test_every_marked_string_is_in_the_catalogue_and_no_other(language: str) -> None:
    """When this fails: run `python -m tests.tooling.translations` and translate what it names."""
    assert keys(catalogue(language)) == keys(translations.list_wanted(language))


@each_language
def test_every_string_is_translated_in_all_its_forms(language: str) -> None:
    assert [words for words, _, form in entries(language) if not form.strip()] == []


@each_language
def test_nothing_is_fuzzy_or_obsolete(language: str) -> None:
    strings = catalogue(language)
    assert not strings.obsolete
    assert [message.id for message in strings if message.fuzzy] == []


@each_language
def test_every_plural_has_the_forms_of_djangos_own_catalogue(language: str) -> None:
    django_folder = Path(django.__file__).parent / "conf" / "locale" / language / "LC_MESSAGES"
    with (django_folder / "django.po").open(encoding="utf-8") as file:
        djangos = read_po(file, locale=language)
    strings = translations.read_catalogue(language)
    assert (strings.num_plurals, strings.plural_expr) == (djangos.num_plurals, djangos.plural_expr)
    plurals = [message for message in strings if message.pluralizable]
    assert plurals
    assert {len(translations.forms(message)) for message in plurals} == {strings.num_plurals}


@each_language
def test_placeholders_and_tags_are_kept(language: str) -> None:
    lost = [
        (words, form)
        for words, _, form in entries(language)
        if sorted(KEPT.findall(words)) != sorted(KEPT.findall(form))
    ]
    assert lost == []


@each_language
def test_the_mo_file_is_up_to_date(language: str) -> None:
    binary = translations.po_file(language).with_suffix(".mo").read_bytes()
    assert binary == translations.compile_mo(translations.read_catalogue(language))


@each_language
def test_the_po_file_is_as_the_script_writes_it(language: str) -> None:
    """A run of the script only changes what is new: no dates, addresses or machine paths."""
    assert translations.po_file(language).read_bytes() == translations.write_po_text(translations.merge(language))


@each_language
def test_offensive_or_wrong_words_do_not_occur(language: str) -> None:
    wrong = re.compile(r"Киргиз|Подписать|[“”]")
    assert [form for _, _, form in entries(language) if wrong.search(form)] == []
    straight = [form for _, _, form in entries(language) if '"' in KEPT.sub("", form)]
    assert straight == []


def test_a_new_string_is_found_wherever_it_is_marked(tmp_path: Path) -> None:
    (tmp_path / "petition").mkdir()
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "petition" / "door.py").write_text(
        'first = gettext_lazy("One")\nsecond = ngettext_lazy("a %(n)d", "b %(n)d", 2)\nthird = pgettext_lazy("c", "d")'
    )
    (tmp_path / "templates" / "page.html").write_text(
        '<p>“{% translate "Two" %}”\n  {{ x|default:_("Three") }}\n {% blocktranslate with n=1 %}Four {{ n }}'
        "{% endblocktranslate %}</p>\n   {% blocktranslate count n=n %}five{% plural %}fives{% endblocktranslate %}"
    )
    (tmp_path / "templates" / "mail" / "mail.txt").write_text('{% translate "Six" %}')
    find_markedkeys = keys(translations.find_marked(tmp_path))
    plurals = {("a %(n)d", "b %(n)d"), ("five", "fives")}
    singles = {"One", "Two", "Three", "Four %(n)s", "Six"}
    assert find_markedkeys == {(None, words) for words in plurals | singles} | {("c", "d")}


# --- numbers and dates ---


def headline(language: str, number: int) -> str:
    """Return the headline for these numbers of originals, later and withheld endorsements."""
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    counts = Counts(original=number, further=number, withheld=number)
    appeal = AppealRecord(
        "made-up", "Issuer", date(2020, 10, 9), 1, moment, Phase.OPEN, False, counts, TEXT, (), "en", "0" * 64, number
    )
    with translation.override(language):
        html = render_to_string("appeal/shared/headline.html", {"appeal": appeal})
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", html)).strip()


@pytest.mark.parametrize(
    ("number", "signed", "since", "withheld"),
    [
        (1, "1 организация подписала", "присоединилась ещё 1 организация", "1 организация, проверенная"),
        (2, "2 организации подписали", "присоединились ещё 2 организации", "2 организации, проверенные"),
        (5, "5 организаций подписали", "присоединились ещё 5 организаций", "5 организаций, проверенных"),
        (11, "11 организаций подписали", "присоединились ещё 11 организаций", "11 организаций, проверенных"),
        (21, "21 организация подписала", "присоединилась ещё 21 организация", "21 организация, проверенная"),
        (22, "22 организации подписали", "присоединились ещё 22 организации", "22 организации, проверенные"),
        (25, "25 организаций подписали", "присоединились ещё 25 организаций", "25 организаций, проверенных"),
        (101, "101 организация подписала", "присоединилась ещё 101 организация", "101 организация, проверенная"),
        (111, "111 организаций подписали", "присоединились ещё 111 организаций", "111 организаций, проверенных"),
    ],
)
def test_russian_nouns_and_verbs_agree_with_the_number(number: int, signed: str, since: str, withheld: str) -> None:
    named = "названа" if withheld.endswith("ая") else "названы"
    assert headline("ru", number) == (
        f"{signed} это обращение 9 октября 2020 г. С тех пор к нему {since}. "
        f"Ещё {withheld} секретариатом, не {named} из соображений безопасности."
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (
            1,
            "1 уюм бул кайрылууга 2020-ж., 9-октябрь күнү кол койгон. Андан бери ага дагы 1 уюм кошулду. "
            "Катчылык текшерген дагы 1 уюмдун аталышы коопсуздук максатында көрсөтүлбөйт.",
        ),
        (
            5,
            "5 уюм бул кайрылууга 2020-ж., 9-октябрь күнү кол койгон. Андан бери ага дагы 5 уюм кошулду. "
            "Катчылык текшерген дагы 5 уюмдун аталышы коопсуздук максатында көрсөтүлбөйт.",
        ),
        (
            35,
            "35 уюм бул кайрылууга 2020-ж., 9-октябрь күнү кол койгон. Андан бери ага дагы 35 уюм кошулду. "
            "Катчылык текшерген дагы 35 уюмдун аталышы коопсуздук максатында көрсөтүлбөйт.",
        ),
    ],
)
def test_kyrgyz_nouns_stay_singular_after_a_number(number: int, expected: str) -> None:
    assert headline("ky", number) == expected


def test_dates_are_written_as_the_language_writes_them() -> None:
    dates = {}
    for language in ("en", *LANGUAGES):
        with translation.override(language):
            dates[language] = formats.date_format(date(2020, 10, 9), "DATE_FORMAT")
    assert dates == {"en": "9 October 2020", "ru": "9 октября 2020 г.", "ky": "2020-ж., 9-октябрь"}


# --- what visitors see ---


class Foreign(HTMLParser):
    """Collect words and labels of a page outside lang="en" and <code>."""

    void = frozenset(["meta", "link", "input", "br", "img", "hr"])

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._english = [False]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        english = attributes["lang"] == "en" if "lang" in attributes else self._english[-1] or tag == "code"
        labels = [attributes.get(name) for name in ("aria-label", "title", "placeholder", "alt")]
        labels += [attributes.get("content") if attributes.get("name") == "description" else None]
        labels += [attributes.get("value") if attributes.get("type") == "submit" else None]
        self.words += [label for label in labels if label and not english]
        if tag not in self.void:
            self._english.append(english)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            self._english.pop()

    def handle_data(self, data: str) -> None:
        if not self._english[-1]:
            self.words.append(data)


def english_left_in(page: str, *names: str) -> set[str]:
    """Return the words in Latin letters outside lang="en", except `names` and words of every language."""
    reader = Foreign()
    reader.feed(page)
    text = " ".join(reader.words)
    for name in names:
        text = text.replace(name, " ")
    return set(re.findall(r"[A-Za-z]{2,}", text)) - SAME_EVERYWHERE


@each_language
@pytest.mark.parametrize(
    "path",
    [
        *[
            f"appeals/{SLUG}/{place}"
            for place in ("", "signatories/", "endorse/", "change/", "change/sent/", "nowhere/")
        ],
        *[f"appeals/{SLUG}/{place}" for place in ("signatories/?q=12345", "signatories/?country=KG", "changes/")],
        *[f"appeals/{SLUG}/endorse/{step}/" for step in ("check-mail", "code")],
        "accessibility/",
        "privacy/",
    ],
)
def test_no_english_is_left_on_a_page(client: Client, appeal: Appeal, language: str, path: str) -> None:
    page = client.get(f"/{language}/{path}").content.decode()
    assert f'<html lang="{language}"' in page
    assert english_left_in(page, appeal.issuer) == set()


EMPTY: dict[str, str] = {}
WRONG = {"organisation_name": "x" * 301, "contact_email": "nobody", "display": "perhaps", "countries": "XX"}
ERRORS = [
    ("ru", EMPTY, "Укажите название организации."),
    ("ru", EMPTY, "Выберите, публиковать ли ваше название."),
    ("ru", WRONG, "Введите правильный адрес электронной почты."),
    ("ru", WRONG, "не более 300 символов (сейчас 301)"),
    ("ru", WRONG, "perhaps нет среди допустимых значений."),
    ("ru", WRONG, "Выберите страны из списка."),
    ("ky", EMPTY, "Уюмдун аталышын жазыңыз."),
    ("ky", EMPTY, "Аталышыңызды жарыялайбызбы же жокпу, тандаңыз."),
    ("ky", WRONG, "Электрондук почтанын туура дарегин жазыңыз."),
    ("ky", WRONG, "300 белгиден ашпасын (азыр 301)."),
    ("ky", WRONG, "Сунушталгандардан тандаңыз: perhaps алардын арасында жок."),
    ("ky", WRONG, "Өлкөлөрдү тизмеден тандаңыз."),
]


@pytest.mark.parametrize(("language", "posted", "message"), ERRORS)
def test_form_errors_are_in_the_language_of_the_page(
    client: Client, appeal: Appeal, language: str, posted: dict[str, str], message: str
) -> None:
    page = client.post(f"/{language}/appeals/{appeal.slug}/endorse/", posted).content.decode()
    assert page.count(message) >= 2  # in the summary and beside the field
    assert english_left_in(page, appeal.issuer, appeal.texts.get().title, "perhaps") == set()


@pytest.mark.django_db
@each_language
@pytest.mark.parametrize("message", sorted(messages.MESSAGES))
def test_mails_have_no_word_of_the_appeal_and_no_english(message: str, language: str) -> None:
    content = dict.fromkeys(("url", "urls", "until", "code", "code_url", "change_url", "line", "subject", "text"), "")
    content |= dict.fromkeys(("hours", "count", "waiting", "quarantined", "corrections", "disputes"), "7")
    content |= {"name": "", "when": "", "account": "", "limit": "contacts", "closes": "", "dates": ""}
    with translation.override(language):
        letter = messages.render(message, content)
    assert english_left_in(f"{letter.subject} {letter.text}") == set()
    assert not re.search(r"обращени|кайрылуу|подписа|присоедин|кошул|appeal", "".join(vars(letter).values()).lower())


@each_language
@pytest.mark.parametrize("limit", ["entries", "hides", "revokes", "withdrawals"])
def test_mails_about_limits_have_none_either(limit: str, language: str) -> None:
    with translation.override(language):
        letter = messages.render("limit_reached", {"account": "", "limit": limit, "count": "7", "url": ""})
    assert english_left_in(f"{letter.subject} {letter.text}") == set()
    assert not re.search(r"обращени|кайрылуу|подписа|присоедин|кошул|appeal", "".join(vars(letter).values()).lower())


def labels_with_hints(page: str) -> dict[str, tuple[str, str]]:
    """Return label and description of the tick box of each declaration."""
    by_field = {}
    for name in DECLARATIONS:
        (label,) = re.findall(rf'<label for="id_{name}"[^>]*>\s*([^<]+)', page)
        beside = re.findall(rf'<div id="id_{name}_helptext"[^>]*>(.*?)</div>', page)
        described = re.findall(rf'<input[^>]+name="{name}"[^>]+aria-describedby="id_{name}_helptext"', page)
        assert len(beside) == len(described)
        by_field[name] = label.strip(), "".join(beside)
    return by_field


def test_unreviewed_declarations_are_repeated_in_russian(client: Client, appeal: Appeal) -> None:
    """README: awaiting a native reader. When one has read it, take the language out of AWAITING_NATIVE_READER."""
    shown = {
        language: labels_with_hints(client.get(f"{prefix}/appeals/{appeal.slug}/endorse/").content.decode())
        for language, prefix in (("en", ""), ("ru", "/ru"), ("ky", "/ky"))
    }
    for language, declarations in shown.items():
        for name, (label, beside) in declarations.items():
            russian = f'<span lang="ru">{shown["ru"][name][0]}</span>'
            assert beside == (russian if language in UNREVIEWED_LANGUAGES else "")
            assert label != shown["ru"][name][0] or language == "ru"


def test_the_readme_names_the_unreviewed_language() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert ("*awaiting a native reader*" in readme) == bool(UNREVIEWED_LANGUAGES)
