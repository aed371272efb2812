"""The process in which one document is set: a letter or a card as JSON on its input, the bytes on its output.

Knows no Django, no database and no key. `python -m petition.publishing.documents pdf < letter.json > letter.pdf`
"""

import json
import os
import sys
from typing import Any

from petition.publishing.child_processes import end_with_parent


def main(kind: str, content: dict[str, Any]) -> bytes:
    """The document of this kind, `pdf`, `docx` or `card`. Only what it needs is loaded."""
    if kind == "pdf":
        from petition.publishing.documents import pdf

        return pdf.rendered(content)
    if kind == "card":
        from petition.publishing.documents import png

        return png.rendered(content)
    from petition.publishing.documents import docx

    return docx.rendered(content)


if __name__ == "__main__":
    end_with_parent()
    os.nice(10)  # whoever reads a page goes first
    sys.stdout.buffer.write(main(sys.argv[1], json.load(sys.stdin)))
