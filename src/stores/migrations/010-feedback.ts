import type { Migration } from '../migrate.js';

/**
 * Feedback on units, with its own time, currency, survey and scale. What is of a unit alone has no prediction: which arm the unit met is read from
 * its exposure. What was kept before happened when it was received, as far as anybody knows.
 */
export const feedback: Migration = {
  id: 10,
  name: 'feedback',
  sql: `
ALTER TABLE sluice.feedback
  ADD COLUMN unit_hash   text CHECK (unit_hash <> ''),
  ADD COLUMN occurred_at timestamptz,
  ADD COLUMN late        boolean NOT NULL DEFAULT false,
  ADD COLUMN currency    text CHECK (currency ~ '^[A-Z]{3}$'),
  ADD COLUMN survey      text CHECK (survey <> ''),
  ADD COLUMN scale_min   float8 CHECK (scale_min > '-Infinity' AND scale_min < 'Infinity'),
  ADD COLUMN scale_max   float8 CHECK (scale_max > '-Infinity' AND scale_max < 'Infinity'),
  ADD COLUMN source      text NOT NULL DEFAULT 'http',
  ALTER COLUMN prediction_id DROP NOT NULL,
  ALTER COLUMN epoch DROP NOT NULL,
  ALTER COLUMN arm DROP NOT NULL,
  ALTER COLUMN version DROP NOT NULL,
  ALTER COLUMN predicted_at DROP NOT NULL;
UPDATE sluice.feedback AS f SET
  occurred_at = received_at,
  late = received_at - predicted_at > CASE kind WHEN 'label' THEN interval '30 days' ELSE interval '7 days' END,
  unit_hash = (SELECT p.unit_hash FROM sluice.prediction AS p WHERE p.prediction_id = f.prediction_id LIMIT 1);
ALTER TABLE sluice.feedback
  ALTER COLUMN occurred_at SET NOT NULL,
  -- For processes of the version before, which go on while others are replaced.
  ALTER COLUMN occurred_at SET DEFAULT now(),
  ADD CHECK (num_nulls(prediction_id, epoch, arm, version, predicted_at) IN (0, 5)),
  ADD CHECK (prediction_id IS NOT NULL OR unit_hash IS NOT NULL),
  DROP CONSTRAINT feedback_kind_check,
  ADD CONSTRAINT feedback_kind_check
    CHECK (kind IN ('label', 'thumb', 'rating', 'survey', 'conversion', 'revenue', 'continued-use', 'click')),
  ADD CHECK ((kind = 'survey') = (survey IS NOT NULL)),
  ADD CHECK (currency IS NULL OR kind = 'revenue'),
  ADD CHECK ((scale_min IS NULL) = (scale_max IS NULL) AND (scale_min IS NULL OR kind IN ('rating', 'survey'))),
  ADD CHECK (value BETWEEN scale_min AND scale_max);
CREATE INDEX feedback_by_occurrence ON sluice.feedback (service, kind, occurred_at);
CREATE INDEX feedback_by_unit ON sluice.feedback (unit_hash) WHERE unit_hash IS NOT NULL;

-- That somebody's data were deleted, how much and when; not whose.
CREATE TABLE sluice.erasure (
  id          int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  feedback    int8 NOT NULL CHECK (feedback >= 0),
  predictions int8 NOT NULL CHECK (predictions >= 0),
  exposures   int8 NOT NULL CHECK (exposures >= 0),
  features    int8 NOT NULL CHECK (features >= 0),
  lists       int8 NOT NULL CHECK (lists >= 0),
  pairs       int8 NOT NULL CHECK (pairs >= 0)
);
`,
};
