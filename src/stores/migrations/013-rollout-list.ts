import type { Migration } from '../migrate.js';

/**
 * What lists of rollouts are read from, so that ten thousand whole views need not be: short columns, computed by the database of what is there. And
 * a feed of what has changed, for whoever follows: positions, kinds and keys, the newest 20,000 of them.
 */
export const rolloutList: Migration = {
  id: 13,
  name: 'rollout list and changes',
  sql: `
ALTER TABLE sluice.rollout
  ADD COLUMN summary jsonb NOT NULL
    GENERATED ALWAYS AS (state - ARRAY['phases', 'evidence', 'experiment', 'models', 'pending', 'handWeight']) STORED,
  ADD COLUMN status text GENERATED ALWAYS AS (state ->> 'status') STORED,
  ADD COLUMN is_asking bool NOT NULL
    GENERATED ALWAYS AS (coalesce(state -> 'waiting' ->> 'kind', '') IN ('approval', 'hold')) STORED,
  ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (lower(
    rollout_id || ' ' || service || ' ' || coalesce(state ->> 'owner', '') || ' ' || coalesce(state ->> 'baseline', '')
    || ' ' || coalesce(state ->> 'candidate', '')
  )) STORED;
CREATE INDEX rollout_by_place ON sluice.rollout (started_at DESC, rollout_id DESC);
CREATE INDEX rollout_asking ON sluice.rollout (started_at DESC, rollout_id DESC) WHERE is_asking;
CREATE INDEX rollout_active ON sluice.rollout (started_at DESC, rollout_id DESC)
  WHERE status IN ('progressing', 'waiting', 'paused');

CREATE TABLE sluice.change (
  position int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind     text NOT NULL,
  key      text NOT NULL,
  sequence int8
);

-- Row triggers, so that whoever writes need not think of it; the feed keeps itself short.
CREATE FUNCTION sluice.note_change() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  place int8;
BEGIN
  IF TG_TABLE_NAME = 'decision' THEN
    INSERT INTO sluice.change (kind, key, sequence) VALUES ('decision', NEW.rollout_id, NEW.sequence) RETURNING position INTO place;
  ELSIF TG_TABLE_NAME = 'incident' THEN
    INSERT INTO sluice.change (kind, key) VALUES ('incident', NEW.id) RETURNING position INTO place;
  ELSE
    INSERT INTO sluice.change (kind, key) VALUES ('rollout', NEW.rollout_id) RETURNING position INTO place;
  END IF;
  IF place % 1000 = 0 THEN
    DELETE FROM sluice.change WHERE position < place - 20000;
  END IF;
  RETURN NULL;
END $body$;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON sluice.rollout FOR EACH ROW EXECUTE FUNCTION sluice.note_change();
CREATE TRIGGER note_change AFTER INSERT ON sluice.decision FOR EACH ROW EXECUTE FUNCTION sluice.note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON sluice.incident FOR EACH ROW EXECUTE FUNCTION sluice.note_change();
`,
};
