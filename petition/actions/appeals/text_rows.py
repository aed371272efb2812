"""The rows of one text: how a statement's blocks are stored, and how a text in another language must match them."""

from datetime import datetime

from petition.actions.appeals.statement_details import StatementDetails
from petition.actions.refusals import StatementRefused
from petition.models import Appeal, AppealText, Demand
from petition.models.appeals import TextBlockKind, compute_sha256
from petition.statements.blocks import Block, BlockKind, Statement


def build_text(statement: Statement, details: StatementDetails) -> AppealText:
    """Return the row of the statement's text, not saved and of no appeal yet."""
    blocks = [(_get_kind(block), block.text) for block in statement.body]
    text = AppealText(
        language=details.language,
        status=details.status,
        dated=details.dated,
        dated_as_printed=statement.dated_as_printed,
        title=statement.title,
        blocks=[{"kind": kind.value, "text": words} for kind, words in blocks],
        **_divide(blocks),
    )
    text.sha256 = compute_sha256(text.canonical())
    return text


def store_text(
    appeal: Appeal, statement: Statement, details: StatementDetails, *, at: datetime, version: int = 1
) -> AppealText:
    """Save and publish the statement's text, which can never change from then on, and return its row."""
    text = build_text(statement, details)
    text.appeal, text.version = appeal, version
    text.save()
    demands = enumerate(statement.texts(BlockKind.DEMAND), 1)
    Demand.objects.bulk_create(Demand(text=text, number=number, body=body) for number, body in demands)
    text.published_at = at  # last: from now on neither the text nor its demands can change
    text.save(update_fields=["published_at"])
    return text


def is_same_text(present: AppealText, statement: Statement, details: StatementDetails) -> bool:
    """Return whether the published text has the statement's words; 1.0 stored none of its headings."""
    other = build_text(statement, details)
    if not present.blocks:
        other.blocks = [block for block in other.blocks if block["kind"] != TextBlockKind.HEADING]
    return present.canonical() == other.canonical()


def settle_like(signed: AppealText, statement: Statement) -> Statement:
    """Return the statement with each undecided block as what stands at its place in the signed text.

    As it is, where the two have not the same number of blocks: then the places say nothing.
    """
    wanted = _list_kinds(signed)
    body = {id(block) for block in statement.body}  # without a heading that belongs to the list
    at = [
        index for index, block in enumerate(statement.blocks) if id(block) in body or block.kind == BlockKind.UNDECIDED
    ]
    if len(at) != len(wanted):
        return statement
    blocks = list(statement.blocks)
    for index, kind in zip(at, wanted, strict=True):
        if blocks[index].kind == BlockKind.UNDECIDED:
            blocks[index] = Block(BlockKind(kind.value), blocks[index].text)
    return Statement(tuple(blocks))


def refuse_other_blocks(signed: AppealText, statement: Statement) -> None:
    """Raise StatementRefused for a text in another language whose blocks are others than those of the signed text."""
    left_out = {TextBlockKind.SIGNATORIES} if signed.blocks else {TextBlockKind.SIGNATORIES, TextBlockKind.HEADING}
    wanted = _list_kinds(signed)
    here = [kind for block in statement.body if (kind := _get_kind(block)) not in left_out]
    if here == wanted:
        return
    at = next((at for at, pair in enumerate(zip(wanted, here, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        raise StatementRefused(
            f"A translation has the same paragraphs, demands and headings as the signed text, in the same order: that "
            f"has {len(wanted)}, this has {len(here)}."
        )
    raise StatementRefused(
        f"A translation has the same paragraphs, demands and headings as the signed text, in the same order: number "
        f"{at + 1} is a {wanted[at].value} there, and a {here[at].value} here."
    )


def _list_kinds(text: AppealText) -> list[TextBlockKind]:
    return [kind for kind, _ in text.list_blocks() if kind != TextBlockKind.SIGNATORIES]


def _get_kind(block: Block) -> TextBlockKind:
    return TextBlockKind.SIGNATORIES if block.kind == BlockKind.SIGNATORY else TextBlockKind(block.kind.value)


def _divide(blocks: list[tuple[TextBlockKind, str]]) -> dict[str, list[str]]:
    """Return the paragraphs and headings as 1.0 reads them while this release is rolled out: in three parts."""
    parts: dict[str, list[str]] = {"preamble": [], "closing": [], "background": []}
    part = "preamble"
    for kind, words in blocks:
        if kind == TextBlockKind.SIGNATORIES:
            part = "background"
        elif kind == TextBlockKind.DEMAND:
            part = "closing" if part == "preamble" else part
        else:
            parts[part].append(words)
    return parts
