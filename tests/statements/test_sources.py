"""What can be read as a statement, and the sentence for what cannot."""

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from petition.statements.source import MOST_BYTES, SourceRefused, read_bytes, read_file, refuse_unreadable

RUSSIAN = "Мы, нижеподписавшиеся, требуем прекратить преследование участников мирных собраний."
ENGLISH = "We, the undersigned, demand an end to the persecution of those who took part in peaceful assemblies."


def zipped(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 ...", "This is a PDF."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old Word file (.doc)."),
        (b"{\\rtf1 Hello}", "This is an RTF file."),
        ("Обращение".encode("cp1251"), "This is not text in UTF-8 (byte 0)."),
        ("Appeal".encode("utf-16"), "This is not text in UTF-8 (byte 0)."),
        (b"A" * (MOST_BYTES + 1), "The file is larger than 20 MB."),
        (b"PK\x03\x04 damaged", "This is no Word file (.docx), or it is damaged."),
        (zipped(content_xml="<office/>"), "This is no Word file (.docx), or it is damaged."),
        (zipped(word__document_xml="<w:document"), "This is no Word file (.docx), or it is damaged."),
        (zipped(word__document_xml="0" * 50_000_000), "The Word file is too large inside."),
    ],
)
def test_a_file_of_another_kind_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        read_bytes(content)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "language", "sentence"),
    [
        (" \n", "en", "There is no text in it."),
        ("<!DOCTYPE html><p>Appeal", "en", "This is a web page."),
        ("Human Rights Centre &quot;Viasna&quot;", "en", "The text has HTML codes such as &quot;."),
        ("Dialogue &#8211; now", "en", "The text has HTML codes such as &#8211;."),
        (ENGLISH.replace(",", "â€™"), "en", "The text has broken letters"),
        (RUSSIAN.encode().decode("latin-1"), "ru", "The text has broken letters"),
        (RUSSIAN.encode().decode("cp1251", "replace"), "ru", "The text has broken letters"),
        (ENGLISH, "ru", "Most of the text is in Latin letters."),
        (RUSSIAN, "en", "Most of the text is in Cyrillic letters."),
    ],
)
def test_a_text_from_a_wrong_conversion_is_refused_with_a_sentence(text: str, language: str, sentence: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        refuse_unreadable(text, language)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (RUSSIAN, "ru"),
        (f"{RUSSIAN} (Truth Hounds, Human Rights Watch)", "uk"),
        ("AT&T; Q&A; “Viasna” – «Весна» – R&D", "en"),
        ("РСФСР, СССР: «Совет» № 5 – Россия", "ru"),
        ("გიორგი და მეგობრები", "ka"),
    ],
)
def test_a_text_in_its_own_script_is_not_refused(text: str, language: str) -> None:
    refuse_unreadable(text, language)


def test_a_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "letter"
    file.write_bytes(b"\xef\xbb\xbf" + RUSSIAN.encode())
    assert read_file(file) == RUSSIAN


def word_file(*, changes: bool = False) -> bytes:
    document = docx.Document()
    document.add_heading("Appeal for a made-up town")
    paragraph = document.add_paragraph("We call ")
    paragraph.add_run("on everybody").bold = True
    paragraph.add_run(" to:")
    for demand in ("Listen;", "Answer."):
        item = document.add_paragraph(demand)
        numbering = OxmlElement("w:numPr")
        item._p.get_or_add_pPr().append(numbering)
    document.add_paragraph("One line").add_run().add_break(WD_BREAK.LINE)
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("Helsinki House", "Norway"), ("Fund of Funds", "")], strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    if changes:
        paragraph._p.append(OxmlElement("w:ins"))
    document.sections[0].header.paragraphs[0].text = "Running header"
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def test_a_word_file_gives_a_line_for_each_paragraph_item_and_row() -> None:
    lines = [line for line in read_bytes(word_file()).splitlines() if line]
    assert lines == [
        "Appeal for a made-up town",
        "We call on everybody to:",
        "• Listen;",
        "• Answer.",
        "One line",
        "Helsinki House, Norway",
        "Fund of Funds",
    ]


def test_a_word_file_reads_no_other_file(tmp_path: Path) -> None:
    """Nor is it blown up by entities that name each other."""
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read me")
    names = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    content = io.BytesIO()
    plain = docx.Document()
    plain.add_paragraph("An appeal PLACE")
    plain.save(content)
    changed = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.namelist():
            words = old.read(part)
            if part == "word/document.xml":
                start = f'<!DOCTYPE x [<!ENTITY file SYSTEM "file://{secret}"><!ENTITY a0 "ha">{names}]><w:document'
                words = words.replace(b"<w:document", start.encode(), 1).replace(b"PLACE", b"&file; &a9;")
            new.writestr(part, words)
    try:
        text = read_bytes(changed.getvalue())
    except SourceRefused:
        return
    assert "do not read me" not in text
    assert len(text) < 1000


def test_a_word_file_with_tracked_changes_is_refused() -> None:
    with pytest.raises(SourceRefused, match="Accept or reject them all in Word"):
        read_bytes(word_file(changes=True))


def test_text_boxes_and_footnotes_of_a_word_file_are_not_lost() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Before")
    box = OxmlElement("w:txbxContent")
    inner = OxmlElement("w:p")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "In the box"
    run.append(text)
    inner.append(run)
    box.append(inner)
    paragraph._p.append(box)
    content = io.BytesIO()
    document.save(content)
    namespace = qn("w:p")[1:].partition("}")[0]
    inside = "<w:footnote><w:p><w:r><w:t>See below.</w:t></w:r></w:p></w:footnote>"
    note = f'<w:footnotes xmlns:w="{namespace}">{inside}</w:footnotes>'
    assert read_bytes(with_footnotes(content.getvalue(), note)).split("\n") == [
        "Before",
        "In the box",
        "",
        "",
        "Notes",  # a heading below which nothing is decided without a person
        "",
        "See below.",
        "",
        "",
    ]


def with_footnotes(content: bytes, note: str) -> bytes:
    """Return the Word file with a part for footnotes, which python-docx cannot write."""
    relation = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" '
        'Target="footnotes.xml"/></Relationships>'
    )
    kind = (
        '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.footnotes+xml"/></Types>'
    )
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "word/_rels/document.xml.rels":
                text = text.replace(b"</Relationships>", relation.encode())
            if name == "[Content_Types].xml":
                text = text.replace(b"</Types>", kind.encode())
            new.writestr(name, text)
        new.writestr("word/footnotes.xml", note)
    return result.getvalue()
