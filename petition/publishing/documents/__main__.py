"""The process in which one document is set: a letter as JSON on its input, the document's bytes on its output.

Knows no Django, no database and no key. `python -m petition.publishing.documents pdf < letter.json > letter.pdf`
"""

import json
import os
import sys
from typing import Any


def main(kind: str, letter: dict[str, Any]) -> bytes:
    """The document of this kind, `pdf` or `docx`. Only what it needs is loaded."""
    if kind == "pdf":
        from petition.publishing.documents import pdf

        return pdf.rendered(letter)
    from petition.publishing.documents import word

    return word.rendered(letter)


if __name__ == "__main__":
    os.nice(10)  # whoever reads a page goes first
    sys.stdout.buffer.write(main(sys.argv[1], json.load(sys.stdin)))
