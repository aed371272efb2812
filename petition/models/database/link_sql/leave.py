"""petition_leave: hide a name or withdraw an endorsement, at once.

It does what actions/self_service/withdrawal.py does, with the parts of listing/entries.py, lifecycle.py, audit.py and
operations/removal_journal.py that belong to it.
"""

from typing import Final

from petition.models.choices import Display, Origin, State
from petition.models.contacts import Purpose
from petition.models.database.link_sql.parts import CLEAR_COLUMNS, CREATE, LIVE, SLOW_DOWN_CODES, quote, set_empty
from petition.models.requests import CorrectionState
from petition.models.signatories import PRINTED_FIELDS, Status

LEAVING: Final = (Purpose.OWN_PAGE, Purpose.REMOVAL_CODE)
"""The purposes of links with which an organisation may hide its name or withdraw."""


LEAVE: Final = f"""
CREATE OR REPLACE FUNCTION petition_leave(given_digest text, given_verb text) RETURNS text {CREATE} AS $$
DECLARE
  e record;  -- the endorsement
  a record;  -- its appeal
  s record;  -- its public entry, with nulls if it has none
  moment timestamptz;
  event bigint;
  has_changed boolean;
BEGIN{SLOW_DOWN_CODES}
  -- Locks are taken in the order of actions/lifecycle.py: the endorsement, then its appeal.
  SELECT o.id, o.appeal_id, o.signatory_id, o.intake_id, o.submitted_at, o.state, o.display, o.origin, o.name_again_at
    INTO e FROM petition_endorsement o
   WHERE o.id IN (
     SELECT l.endorsement_id FROM petition_privatelink l
      WHERE l.digest = given_digest AND l.purpose IN ({quote(LEAVING)}) AND {LIVE})
     FOR UPDATE OF o;
  IF NOT FOUND THEN
    RETURN 'unknown';
  END IF;
  -- An original can only be hidden.
  IF e.state = '{State.SUBMITTED}' OR given_verb IS NULL OR given_verb NOT IN ('hide', 'withdraw')
     OR (given_verb = 'withdraw' AND e.origin = '{Origin.IMPORTED}') THEN
    RETURN 'refused';
  END IF;
  IF e.state = '{State.WITHDRAWN}' OR (given_verb = 'hide' AND e.state = '{State.REJECTED}') THEN
    RETURN 'unchanged';
  END IF;

  IF given_verb = 'hide' THEN
    -- Nothing may publish the name after this: no undo of a moderator's hiding, no mailed link, no waiting request.
    has_changed := e.name_again_at IS NOT NULL;
    UPDATE petition_endorsement SET name_again_at = NULL WHERE id = e.id AND name_again_at IS NOT NULL;
    DELETE FROM petition_decision d WHERE d.endorsement_id = e.id;
    has_changed := has_changed OR FOUND;
    DELETE FROM petition_privatelink l WHERE l.endorsement_id = e.id AND l.purpose = '{Purpose.NAME_AGAIN}';
    has_changed := has_changed OR FOUND;
    IF e.display = '{Display.WITHHELD}' THEN
      RETURN CASE WHEN has_changed THEN 'done' ELSE 'unchanged' END;
    END IF;
  END IF;

  -- Read after the lock: before it, both may still have been changed.
  SELECT o.id, o.slug, o.is_demo INTO a FROM petition_appeal o WHERE o.id = e.appeal_id;
  SELECT o.id, o.kind, o.number, o.status INTO s FROM petition_signatory o WHERE o.id = e.signatory_id;
  moment := clock_timestamp();
  -- As actions/audit.py and removal_journal.py do: the removal that a restore repeats, and the event that explains it.
  INSERT INTO petition_removal (uid, kind, appeal, reference, endorsement, submitted_at, intake_id, at)
  VALUES (gen_random_uuid(), given_verb, a.slug, coalesce(s.kind || '-' || s.number, ''), e.id, e.submitted_at,
    e.intake_id, moment);
  INSERT INTO petition_auditevent (at, verb, actor_kind, subject_kind, subject_id, appeal_id, reason, is_demo)
  VALUES (moment, given_verb, 'contact', 'endorsement', e.id, a.id, '', a.is_demo)
  RETURNING id INTO event;

  -- As listing/entries.py does: the public entry keeps its number alone.
  IF s.status = '{Status.LISTED}' THEN
    -- NO KEY: otherwise the worker could add no endorsement to the appeal until the caller ends its transaction.
    PERFORM 1 FROM petition_appeal o WHERE o.id = a.id FOR NO KEY UPDATE;
    DELETE FROM petition_publicchange c WHERE c.signatory_id = s.id;
    UPDATE petition_signatory
       SET status = '{Status.NO_LONGER_LISTED}', {set_empty(PRINTED_FIELDS)},
           member = false, listed_on = NULL, noted_on = NULL, explained_by = event
     WHERE id = s.id;
    -- Not as_of: no published date may tell when a name was removed.
    UPDATE petition_appeal SET revision = revision + 1, revised_at = greatest(revised_at, moment) WHERE id = a.id;
  END IF;

  IF given_verb = 'hide' THEN
    UPDATE petition_endorsement
       SET display = '{Display.WITHHELD}', {set_empty(CLEAR_COLUMNS)}, explained_by = event
     WHERE id = e.id;
  ELSE
    -- As actions/lifecycle.py moves it.
    UPDATE petition_endorsement
       SET state = '{State.WITHDRAWN}', withdrawn_at = moment, decided_at = NULL, returned_at = NULL,
           withdrawal_due_at = NULL, sealed_listing = '', counted_at = NULL, name_again_at = NULL,
           quarantined_at = NULL, quarantined_for = '', {set_empty(CLEAR_COLUMNS)}, explained_by = event
     WHERE id = e.id;
    DELETE FROM petition_correction c WHERE c.endorsement_id = e.id AND c.state = '{CorrectionState.PROPOSED}';
    DELETE FROM petition_question q WHERE q.endorsement_id = e.id;
    DELETE FROM petition_privatelink l WHERE l.endorsement_id = e.id AND l.purpose <> '{Purpose.OWN_PAGE}';
  END IF;
  INSERT INTO petition_followup (endorsement_id, verb, at) VALUES (e.id, given_verb, moment);
  RETURN 'done';
END $$"""  # noqa: S608  (its parts are constants)
