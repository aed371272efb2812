"""petition_open: what a private link or code opens, and what became of the requests sent through it."""

from collections.abc import Iterable
from typing import Final

from petition.models.choices import ACTIVE, Origin, State
from petition.models.database.link_sql.parts import CREATE, LIVE, SLOW_DOWN_CODES, quote
from petition.models.requests import CorrectionState
from petition.models.signatories import Status

MOST_FORMS: Final = 50
"""How many of the forms that wait for a mailbox its link shows."""
MOST_ROWS: Final = 20
"""How many of the requests sent through a link are shown, the newest."""
HOURS_SHOWN: Final = 24
"""How long the requests sent through a link are still shown when the link is gone."""

COPIED_FIELDS: Final = (
    *("fingerprint", "reference_word", "state", "display", "origin", "language", "wording_version"),
    *("organisation_name", "acronym", "countries", "label", "countries_as_printed"),
)
"""Columns of the endorsement that petition_open returns as they are."""
MOMENTS: Final = (
    *("submitted_at", "asked_at", "confirmed_at", "decided_at", "returned_at", "withdrawn_at", "withdrawal_due_at"),
    *("name_again_at", "authority_at", "consent_processing_at", "consent_publication_at"),
)
"""Columns of the endorsement that petition_open returns in ISO 8601, or null."""


def _pairs(columns: Iterable[str]) -> str:
    """Return arguments of jsonb_build_object: each column of the endorsement `e` under its own name."""
    return ", ".join(f"'{column}', e.{column}" for column in columns)


_FORM: Final = f"""jsonb_build_object(
        {_pairs(COPIED_FIELDS)},
        {_pairs(MOMENTS)},
        'appeal', e.appeal_id, 'slug', a.slug, 'text', e.text_id,
        'signatory_kind', coalesce(s.kind, ''), 'signatory_number', s.number,
        'is_listed', coalesce(s.status = '{Status.LISTED}', false),
        'has_contact', EXISTS (SELECT 1 FROM petition_contact c WHERE c.endorsement_id = e.id),
        'question', coalesce(
          (SELECT q.body FROM petition_question q WHERE q.endorsement_id = e.id AND q.answered_at IS NULL), ''),
        'correction_waits', EXISTS (
          SELECT 1 FROM petition_correction c
           WHERE c.endorsement_id = e.id AND c.state = '{CorrectionState.PROPOSED}'))"""  # noqa: S608  (its parts are constants)

# STABLE: the database itself refuses to change anything here, and all queries see the same moment.
OPEN: Final = f"""
CREATE OR REPLACE FUNCTION petition_open(given_digest text) RETURNS jsonb {CREATE} STABLE AS $$
DECLARE
  link record;
  shown bigint[];  -- ids of the endorsements to show
  waiting bigint := 0;
BEGIN{SLOW_DOWN_CODES}
  SELECT l.endorsement_id, l.mailbox_index, l.purpose INTO link
    FROM petition_privatelink l WHERE l.digest = given_digest AND {LIVE};
  -- What was sent through a link may end it. The sender may see for a day what became of it.
  -- Rows that came through no link have an empty digest, and nobody may see those.
  IF NOT FOUND AND NOT EXISTS (
    SELECT 1 FROM petition_intakerow r
     WHERE r.link_digest = given_digest AND r.link_digest <> ''
       AND r.arrived_at > clock_timestamp() - interval '{HOURS_SHOWN} hours'
  ) THEN
    RETURN NULL;
  END IF;

  IF link.endorsement_id IS NOT NULL THEN
    shown := ARRAY[link.endorsement_id];
  ELSIF link.mailbox_index <> '' THEN
    -- Of several forms those are left out whose organisation endorses the appeal already.
    SELECT count(*), (array_agg(f.id ORDER BY f.submitted_at DESC, f.id DESC))[1:{MOST_FORMS}]
      INTO waiting, shown
      FROM (
        SELECT e.id, e.submitted_at, count(*) OVER () AS forms,
               EXISTS (
                 SELECT 1 FROM petition_endorsement o
                  WHERE o.appeal_id = e.appeal_id AND o.mailbox_index = e.mailbox_index
                    AND o.name_index = e.name_index AND o.state IN ({quote(ACTIVE)})
               ) AS is_endorsed
          FROM petition_endorsement e
         WHERE e.mailbox_index = link.mailbox_index AND e.origin = '{Origin.FORM}'
           AND e.state = '{State.SUBMITTED}' AND e.withdrawal_due_at IS NULL
      ) f
     WHERE f.forms = 1 OR NOT f.is_endorsed;
    IF waiting = 0 THEN
      SELECT ARRAY[e.id] INTO shown
        FROM petition_endorsement e
       WHERE e.mailbox_index = link.mailbox_index AND e.origin = '{Origin.FORM}'
         AND NOT (e.state = '{State.SUBMITTED}' AND e.withdrawal_due_at IS NULL)
       ORDER BY e.confirmed_at DESC NULLS LAST, e.id DESC LIMIT 1;
    END IF;
  END IF;

  RETURN jsonb_build_object(
    'purpose', coalesce(link.purpose, ''),
    'waiting', waiting,
    'forms', coalesce((
      SELECT jsonb_agg({_FORM} ORDER BY array_position(shown, e.id))
        FROM petition_endorsement e
        JOIN petition_appeal a ON a.id = e.appeal_id
        LEFT JOIN petition_signatory s ON s.id = e.signatory_id
       WHERE e.id = ANY (shown)), '[]'),
    'rows', coalesce((
      SELECT jsonb_object_agg(
               replace(r.id::text, '-', ''), CASE WHEN r.done_at IS NULL THEN 'waiting' ELSE r.outcome END)
        FROM (
          SELECT i.id, i.done_at, i.outcome FROM petition_intakerow i
           WHERE i.link_digest = given_digest AND i.link_digest <> ''
           ORDER BY i.arrived_at DESC, i.id DESC LIMIT {MOST_ROWS}
        ) r), '{{}}'));
END $$"""  # noqa: S608  (its parts are constants)
