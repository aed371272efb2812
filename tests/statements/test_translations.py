"""Statements in Russian and Kyrgyz as they are written there: dates, headings, closing formulas.

The texts are made up: right in shape, no translations of anything.
"""

import datetime as dt

import pytest

from petition.statements.dates import parse_date_line
from petition.statements.statement import read_statement
from tests.statements.test_other_statements import names, questions

RUSSIAN = """КЫРГЫЗСТАН: ПРОБНОЕ ОБРАЩЕНИЕ ОРГАНИЗАЦИЙ
ГРАЖДАНСКОГО ОБЩЕСТВА

{date}

Мы, нижеподписавшиеся организации, обеспокоены тем, что происходит, и
призываем к следующему:

1. Переговорам между всеми сторонами;
2. Уважению прав человека и верхо-
венства права, то есть верховенства закона;

3. Расследованию.

Мы также обращаемся ко всем партнёрам.

{signed}

1. Международное партнерство за права человека (МППЧ, Бельгия)
2. Бир Дуйно (Кыргызстан)
3. Норвежский Хельсинкский комитет

{background}

Выборы прошли 4 октября.
"""
KYRGYZ = """КЫРГЫЗСТАН: УЮМДАРДЫН СЫНОО КАЙРЫЛУУСУ

{date}

Биз, төмөндө кол койгон уюмдар, болуп жаткан окуяларга тынчсызданабыз жана
төмөнкүлөргө чакырабыз:

• Бардык тараптардын
сүйлөшүүлөрүнө;
• Адам укуктарын сыйлоого;
• Иликтөөгө.

Ошондой эле бардык өнөктөштөргө кайрылабыз.

{signed}

1. Адам укуктары боюнча эл аралык өнөктөштүк (Бельгия)
2. Бир Дуйно (Кыргызстан)
3. Өнүгүү борбору

{background}

Шайлоо 4-октябрда өттү.
"""


@pytest.mark.parametrize(
    "text",
    [
        "9 октября 2020 г.",
        "«9» октября 2020 года",
        "г. Бишкек, 9 октября 2020 г.",
        "Бишкек, 9 октября 2020",
        "9 октябрь 2020-жыл",
        "9-октябрь, 2020-жыл",
        "9-октябрь 2020-ж.",
        "2020-жылдын 9-октябры",
        "2020-жылдын 9-октябрында",
        "2020-жыл, 9-октябрь",
        "2020-ж. 9-октябрь",
        "Бишкек шаары, 2020-жылдын 9-октябры",
        "Бишкек ш., 2020-жылдын 9-октябры",
        "2020-жылдын 9-тогуздун айы",
    ],
)
def test_dates_of_both_languages_are_read(text: str) -> None:
    assert parse_date_line(text) == dt.date(2020, 10, 9)


@pytest.mark.parametrize(
    ("month", "number"),
    [
        *[("январь", 1), ("февраль", 2), ("март", 3), ("апрель", 4), ("май", 5), ("июнь", 6), ("июль", 7)],
        *[("август", 8), ("сентябрь", 9), ("октябрь", 10), ("ноябрь", 11), ("декабрь", 12)],
    ],
)
def test_kyrgyz_months_are_read_in_every_form(month: str, number: int) -> None:
    stem = month.removesuffix("ь")
    for form in (month, f"{stem}ы", f"{stem}ында"):
        wanted = dt.date(2021, number, 5)
        assert parse_date_line(f"2021-жылдын 5-{form}") == wanted
        assert parse_date_line(f"5-{form}, 2021-жыл") == wanted


@pytest.mark.parametrize(
    "signed",
    [
        "Подписали:",
        "Подписались:",
        "Обращение подписали:",
        "Под обращением подписались следующие организации:",
        "Нижеподписавшиеся организации:",
        "Организации-подписанты:",
        "Подписавшие организации",
        "К обращению присоединились:",
        "Поддержали:",
        "Обращение поддерживают:",
        "Список подписавшихся организаций",
        "С уважением,",
        "С глубоким уважением,",
        "Искренне ваши,",
        "С солидарностью,",
    ],
)
def test_a_russian_statement_is_read_under_all_its_headings(signed: str) -> None:
    reading = read_statement(RUSSIAN.format(date="г. Бишкек, 9 октября 2020 г.", signed=signed, background="Справка:"))
    assert reading.unresolved == ()
    assert reading.dated == dt.date(2020, 10, 9)
    assert reading.demands == (
        "Переговорам между всеми сторонами;",
        "Уважению прав человека и верховенства права, то есть верховенства закона;",
        "Расследованию.",
    )
    assert reading.closing == ("Мы также обращаемся ко всем партнёрам.",)
    assert names(reading)[0] == "Международное партнерство за права человека"
    assert len(names(reading)) == len(["one", "two", "three"])
    assert reading.background == ("Выборы прошли 4 октября.",)


@pytest.mark.parametrize(
    "signed",
    [
        "Кол койгондор:",
        "Кол коюшту:",
        "Кол койгон уюмдар:",
        "Төмөнкү уюмдар кол койду:",
        "Төмөндө кол койгондор:",
        "Кайрылууга кол койгондор:",
        "Колдогондор:",
        "Колдогон уюмдар",
        "Кайрылууну колдогон уюмдар:",
        "Урматтоо менен,",
        "Терең урматтоо менен,",
        "Тилектештик менен,",
    ],
)
def test_a_kyrgyz_statement_is_read_under_all_its_headings(signed: str) -> None:
    reading = read_statement(KYRGYZ.format(date="2020-жылдын 9-октябры", signed=signed, background="Маалымат үчүн:"))
    assert reading.unresolved == ()
    assert reading.dated == dt.date(2020, 10, 9)
    assert reading.demands == ("Бардык тараптардын сүйлөшүүлөрүнө;", "Адам укуктарын сыйлоого;", "Иликтөөгө.")
    assert reading.closing == ("Ошондой эле бардык өнөктөштөргө кайрылабыз.",)
    assert names(reading) == ["Адам укуктары боюнча эл аралык өнөктөштүк", "Бир Дуйно", "Өнүгүү борбору"]
    assert reading.background == ("Шайлоо 4-октябрда өттү.",)


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        (RUSSIAN, ["Справка", "Справочная информация", "Предыстория", "Контекст", "История вопроса:", "Для справки:"]),
        (RUSSIAN, ["Общая информация", "Исходная информация", "Краткая справка"]),
        (KYRGYZ, ["Маалымат:", "Маалымат үчүн", "Тарыхый маалымат", "Кыскача маалымат", "Жалпы маалымат", "Контекст"]),
        (KYRGYZ, ["Тарыхы:", "Маалымкат"]),
    ],
)
def test_background_has_many_headings(text: str, headings: list[str]) -> None:
    signed = "Подписали:" if text is RUSSIAN else "Кол койгондор:"
    for heading in headings:
        reading = read_statement(text.format(date="09.10.2020", signed=signed, background=heading))
        assert (len(reading.background), reading.unresolved) == (1, ())


@pytest.mark.parametrize("heading", ["Жеке адамдар:", "Жеке жактар", "Физические лица:", "В личном качестве:"])
def test_people_below_their_own_heading_are_questions(heading: str) -> None:
    text = KYRGYZ.format(date="09.10.2020", signed="Кол койгондор:", background=f"{heading}\nАсан Усенов\n\nМаалымат:")
    assert [kind for kind, _ in questions(read_statement(text))] == ["individual"]


@pytest.mark.parametrize("heading", ["Байланыш:", "Биз жөнүндө", "О платформе", "Контактная информация", "Тиркеме"])
def test_sections_outside_the_appeal_are_kept_outside(heading: str) -> None:
    text = KYRGYZ.format(date="09.10.2020", signed="Кол койгондор:", background=f"{heading}\n\nБишкек.\n\nМаалымат:")
    reading = read_statement(text)
    assert [section.paragraphs for section in reading.further] == [("Бишкек.",)]


def test_a_heading_for_demands_is_a_heading() -> None:
    for heading in ("Талаптар:", "Сунуштар", "Биздин талаптар:", "Требования", "Наши требования:"):
        text = KYRGYZ.replace("• Бардык", f"{heading}\n\n• Бардык").format(
            date="09.10.2020", signed="Кол койгондор:", background="Маалымат:"
        )
        reading = read_statement(text)
        assert len(reading.demands) == len(["one", "two", "three"])
        assert reading.headings[0].text == heading


def test_kyrgyz_page_numbers_are_page_numbers() -> None:
    for number in ("2-бет", "бет 2", "- 2 -", "2-бет / 3"):
        text = KYRGYZ.replace("\n\nОшондой", f"\n\n{number}\n\f\nОшондой")
        reading = read_statement(text.format(date="09.10.2020", signed="Кол койгондор:", background="Маалымат:"))
        assert reading.closing == ("Ошондой эле бардык өнөктөштөргө кайрылабыз.",)
        assert reading.unresolved == ()
