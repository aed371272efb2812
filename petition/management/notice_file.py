"""The notice before the form, as it may lie beside a statement: `statement.notice.json` beside `statement.txt`."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.core.management import CommandError

from petition.reference.languages import LANGUAGES


@dataclass(frozen=True)
class NoticeFile:
    """Paragraphs by language, and the day they are of. There are none where there was no file."""

    dated: date = date.min
    paragraphs: dict[str, list[str]] = field(default_factory=dict)


def read_notice(statement: Path) -> NoticeFile:
    """Return the notice beside this statement. Raises CommandError where the file is not one."""
    file = statement.with_name(f"{statement.stem}.notice.json")
    if not file.exists():
        return NoticeFile()
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        paragraphs = {code: [str(words) for words in told["paragraphs"][code]] for code in told["paragraphs"]}
        dated = date.fromisoformat(told["dated"])
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, LookupError, TypeError) as error:
        raise CommandError(
            f'{file} is no notice: write {{"dated": "YYYY-MM-DD", "paragraphs": {{"en": ["…"]}}}}.'
        ) from error
    if unknown := sorted(set(paragraphs) - set(LANGUAGES)):
        raise CommandError(f"{file} has paragraphs in {', '.join(unknown)}: the form has {', '.join(LANGUAGES)}.")
    return NoticeFile(dated, paragraphs)
