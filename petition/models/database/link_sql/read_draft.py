"""petition_read_draft: the locked text that a private link opens. Drafts that are not locked have no link."""

from typing import Final

from petition.models.database.link_sql.parts import CREATE

DRAFT_FIELDS: Final = ("slug", "issuer", "addressees", "language", "dated", "blocks")
"""Columns of the draft that petition_read_draft returns; its source is not among them."""
_PAIRS: Final = ", ".join(f"'{column}', d.{column}" for column in DRAFT_FIELDS)

# STABLE: the database itself refuses to change anything here.
READ_DRAFT: Final = f"""
CREATE OR REPLACE FUNCTION petition_read_draft(given_digest text) RETURNS jsonb {CREATE} STABLE AS $$
BEGIN
  RETURN (
    SELECT jsonb_build_object({_PAIRS}) FROM petition_appealdraft d
     WHERE d.link_digest = given_digest AND given_digest <> '' AND d.locked_at IS NOT NULL);
END $$"""  # noqa: S608  (its parts are constants)
