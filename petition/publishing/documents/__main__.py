"""The child process that renders one document: reads a letter or a card as JSON, writes the bytes.

Knows no Django, no database and no key. `python -m petition.publishing.documents pdf < letter.json > letter.pdf`
"""

import json
import os
import sys
from typing import Any

from petition.publishing.child_processes import set_parent_death_signal


def main(kind: str, content: dict[str, Any]) -> bytes:
    """Return the document of this kind: `pdf`, `docx` or `card`."""
    # Imported late, so that the child loads only the library that it needs.
    if kind == "pdf":
        from petition.publishing.documents import pdf

        return pdf.render_pdf(content)
    if kind == "card":
        from petition.publishing.documents import png

        return png.render_png(content)
    from petition.publishing.documents import docx

    return docx.render_docx(content)


if __name__ == "__main__":
    set_parent_death_signal()
    os.nice(10)  # requests for pages go first
    sys.stdout.buffer.write(main(sys.argv[1], json.load(sys.stdin)))
