"""`make screens` takes the listed pictures and reports problems."""

import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.screens import camera, screens
from tests.browser.screens.states import STATES, Visit
from tests.site import Site

VARIANTS = ("360.light", "1280.light", "360.dark", "1280.dark", "print", "rtl")


def links(index: Path) -> set[str]:
    return set(re.findall(r'(?:href|src)="([^"#]+)"', index.read_text(encoding="utf-8")))


def width_of(png: Path) -> int:
    """Return the width in pixels from the header of the file (PNG, 11.2.2)."""
    return int(struct.unpack(">I", png.read_bytes()[16:20])[0])


def test_pictures_pdfs_and_an_index_are_written(browser: Browser, site: Site, tmp_path: Path) -> None:
    (tmp_path / "form.en.360.dark.png").touch()  # of an earlier run
    (tmp_path / "notes.txt").touch()  # somebody's own
    output: list[str] = []
    wanted = screens.Wanted({name: STATES[name] for name in ("not-found", "sign-in")}, ["en"], [360, 1280])
    assert screens.render(wanted, browser, site, tmp_path, output.append) == 0, output
    pictures = {f"not-found.en.{variant}.png" for variant in VARIANTS}
    pictures |= {f"sign-in.en.{variant}.png" for variant in VARIANTS if variant != "print"}
    taken = pictures | {"not-found.en.print.pdf"}
    assert {path.name for path in tmp_path.iterdir()} == taken | {"index.html", "screens.css", "notes.txt"}
    assert links(tmp_path / "index.html") == taken | {"screens.css"}
    assert (tmp_path / "not-found.en.print.pdf").read_bytes().startswith(b"%PDF-")
    assert {width_of(tmp_path / name) for name in pictures if "1280" in name} == {1280}
    assert {width_of(tmp_path / name) for name in pictures if "360" in name or "rtl" in name} == {360}
    assert (tmp_path / "not-found.en.360.light.png").read_bytes() != (
        tmp_path / "not-found.en.360.dark.png"
    ).read_bytes()
    assert [line for line in output if "PROBLEM" in line] == []
    assert output[0] == "  1 of 2  not-found, en"
    assert output[-1] == f"11 pictures, no problems: {tmp_path / 'index.html'}"


def _spoilt(visit: Visit) -> None:
    """Open a page with every problem that is checked."""
    visit.open("/nothing/")
    visit.page.evaluate(
        """() => {
          document.querySelector('h1').style.minWidth = '500px';
          document.querySelector('h1').style.color = '#888';
          document.querySelector('h1').style.background = '#999';
          document.querySelector('main').insertAdjacentHTML('beforeend',
            '<p><button>Many words in one button</button> <a href="/">Under a box</a></p>');
          const narrow = {width: '80px', whiteSpace: 'nowrap', overflow: 'hidden'};
          Object.assign(document.querySelector('button').style, narrow);
          document.querySelector('main p:last-child a').insertAdjacentHTML('afterend', '<i>over it</i>');
          Object.assign(document.querySelector('main i').style, {marginLeft: '-5em', position: 'relative'});
          console.log('a word too many');
        }"""
    )
    visit.requests.append("https://elsewhere.example/pixel")


def _lost(visit: Visit) -> None:
    raise LookupError("no mail came")


def test_planted_problems_are_reported_and_fail(browser: Browser, site: Site, tmp_path: Path) -> None:
    output: list[str] = []
    wanted = screens.Wanted({"lost": _lost, "spoilt": _spoilt}, ["en"], [360, 768])
    assert screens.render(wanted, browser, site, tmp_path, output.append) == 1
    problems = [line.partition("PROBLEM  ")[2] for line in output if "PROBLEM" in line]
    assert problems[0] == "lost, en, all: was not reached: no mail came"
    assert problems[1].startswith("spoilt, en, 360.light: color-contrast: ")
    wide = re.fullmatch(r"spoilt, en, 360\.light: (\d+) px wider than its window", problems[2])
    assert wide
    assert 140 <= int(wide[1]) <= 180
    assert problems[3:7] == [
        "spoilt, en, 360.light: cut: Many words in one button",
        "spoilt, en, 360.light: covered: Under a box",
        "spoilt, en, 360.light: asked another host: https://elsewhere.example/pixel",
        "spoilt, en, 360.light: console: a word too many",
    ]
    later = [line.split(": ")[:2] for line in problems[7:]]
    assert [words for view, words in later if view == "spoilt, en, 768.dark"] == ["cut", "covered"]  # has room
    assert "console" not in {words for _, words in later}  # reported once
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "lost, en, all: was not reached: no mail came" in index
    assert '<a href="spoilt.en.360.light.png">spoilt, en, 360.light: console: a word too many</a>' in index
    assert index.count('<td class="bad">') == 6
    assert output[-1].startswith(f"6 pictures, {len(problems)} problems: ")


def test_arguments_are_parsed_and_an_unknown_state_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert screens.read([]) == (STATES, camera.LANGUAGES, camera.WIDTHS)
    wanted = screens.read(["form", "appeal", "--language", "ru", "--width", "360"])
    assert (list(wanted.states), wanted.languages, wanted.widths) == (["appeal", "form"], ["ru"], [360])
    with pytest.raises(SystemExit, match="2"):
        screens.read(["apeal"])
    assert "there is no state apeal; there are: appeal, demonstration, " in capsys.readouterr().err
