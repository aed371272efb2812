"""petition_send: put a request that came through a private link into the intake."""

from typing import Final

from petition.models.contacts import Purpose
from petition.models.database.link_sql.parts import CREATE, LIVE, SLOW_DOWN_CODES
from petition.models.intake import MOST_TRIES, MOST_WAITING_BY_LINK

SEND: Final = f"""
CREATE OR REPLACE FUNCTION petition_send(given_digest text, given_id uuid, given_key_id text, given_box bytea)
RETURNS text {CREATE} AS $$
DECLARE
  link record;
BEGIN{SLOW_DOWN_CODES}
  SELECT l.endorsement_id, l.mailbox_index INTO link FROM petition_privatelink l
   WHERE l.digest = given_digest AND l.purpose <> '{Purpose.REMOVAL_CODE}' AND {LIVE};
  IF NOT FOUND THEN
    RETURN 'unknown';
  END IF;
  -- One at a time, or two could be counted as the same one. No row is locked: a moderator at work holds nobody up.
  PERFORM pg_advisory_xact_lock(
    hashtextextended('petition_send ' || coalesce(link.endorsement_id::text, link.mailbox_index), 0));
  IF EXISTS (SELECT 1 FROM petition_intakerow r WHERE r.id = given_id AND r.link_digest = given_digest) THEN
    RETURN 'done';  -- sent twice
  END IF;
  IF {MOST_WAITING_BY_LINK} <= (
    SELECT count(*) FROM petition_intakerow r
     WHERE r.done_at IS NULL AND r.attempts < {MOST_TRIES} AND r.link_digest <> ''
       AND r.link_digest IN (
         SELECT l.digest FROM petition_privatelink l
          WHERE l.endorsement_id = link.endorsement_id
             OR (l.mailbox_index <> '' AND l.mailbox_index = link.mailbox_index))
  ) THEN
    RETURN 'full';
  END IF;
  INSERT INTO petition_intakerow (id, appeal, key_id, box, link_digest)
  VALUES (given_id, 0, given_key_id, given_box, given_digest) ON CONFLICT DO NOTHING;
  RETURN 'done';
END $$"""  # noqa: S608  (its parts are constants)
