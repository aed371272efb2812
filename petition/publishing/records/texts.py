"""The texts of an appeal as records."""

import itertools

from petition.models.appeals import Appeal, AppealText, TextBlockKind, TextStatus
from petition.publishing.public_records import BlockRecord, NotPublished, TextRecord, TextVersion


def list_text_versions(appeal: Appeal) -> tuple[TextVersion, ...]:
    """Return language, status and date of each published text, the official ones first."""
    newest: dict[str, TextVersion] = {}
    for text in AppealText.objects.published().filter(appeal=appeal).order_by("version"):
        newest[text.language] = TextVersion(text.language, text.status, text.dated)
    return tuple(sorted(newest.values(), key=lambda text: (text.status != TextStatus.OFFICIAL, text.language)))


def get_text(appeal: Appeal, language: str) -> TextRecord:
    """Return the newest text in `language`, or else the official one. Raises NotPublished."""
    texts = AppealText.objects.published().filter(appeal=appeal).prefetch_related("demands")
    best_first = sorted(
        texts, key=lambda text: (text.language != language, text.status != TextStatus.OFFICIAL, -text.version)
    )
    if not best_first:
        raise NotPublished
    return build_text_record(best_first[0])


def build_text_record(text: AppealText) -> TextRecord:
    """Return the record of a text; of one that is not saved, too."""
    blocks = _build_blocks(text)
    places = [at for at, block in enumerate(blocks) if block.kind == TextBlockKind.SIGNATORIES]
    end = places[-1] if places else len(blocks)
    return TextRecord(
        language=text.language,
        status=text.status,
        dated=text.dated,
        title=text.title,
        dated_as_printed=text.dated_as_printed,
        body=tuple(block for block in blocks[:end] if block.text),
        background=tuple(blocks[end + 1 :]),
        sha256=text.sha256,
        canonical=text.canonical(),
    )


def _build_blocks(text: AppealText) -> list[BlockRecord]:
    numbers = itertools.count(1)
    return [
        BlockRecord(kind, words, next(numbers) if kind == TextBlockKind.DEMAND else None)
        for kind, words in text.list_blocks()
    ]
