"""Read the notice before the form from a file beside a statement: `statement.notice.json` for `statement.txt`."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.core.management import CommandError

from petition.reference.languages import LANGUAGES


@dataclass(frozen=True)
class NoticeFile:
    """Paragraphs by language, and the date of the notice. Without a file there are none."""

    dated: date = date.min
    paragraphs: dict[str, list[str]] = field(default_factory=dict)


def read_notice(statement: Path) -> NoticeFile:
    """Return the notice beside this statement. Raises CommandError."""
    file = statement.with_name(f"{statement.stem}.notice.json")
    if not file.exists():
        return NoticeFile()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        paragraphs = {code: [str(text) for text in content["paragraphs"][code]] for code in content["paragraphs"]}
        dated = date.fromisoformat(content["dated"])
    except OSError as error:
        raise CommandError(f"{file} cannot be read ({error.strerror}): make it readable.") from error
    except (ValueError, LookupError, TypeError) as error:
        raise CommandError(
            f'{file} is not a notice: write {{"dated": "YYYY-MM-DD", "paragraphs": {{"en": ["…"]}}}}.'
        ) from error
    if unknown := sorted(set(paragraphs) - set(LANGUAGES)):
        raise CommandError(
            f"{file} has paragraphs in {', '.join(unknown)}: use the languages of the form, {', '.join(LANGUAGES)}."
        )
    return NoticeFile(dated, paragraphs)
