import type { Migration } from '../migrate.js';

const ARMS = `CHECK (arm IN ('baseline', 'candidate', 'shadow', 'other'))`;
const FINITE_MOMENTS = (name: string) => `
  ${name}_count          int8 NOT NULL CHECK (${name}_count >= 0),
  ${name}_sum            float8 NOT NULL CHECK (${name}_sum > '-Infinity' AND ${name}_sum < 'Infinity'),
  ${name}_sum_of_squares float8 NOT NULL CHECK (${name}_sum_of_squares >= 0 AND ${name}_sum_of_squares < 'Infinity')`;

/** Segments, versions outside of the comparison, sums of shadow pairs, exposures, merged lists with their clicks, samples of features. */
export const whatGatewaysSee: Migration = {
  id: 3,
  name: 'what gateways see',
  sql: `
ALTER TABLE sluice.arm_bucket ADD COLUMN segment text NOT NULL DEFAULT '';
ALTER TABLE sluice.arm_bucket DROP CONSTRAINT arm_bucket_service_epoch_arm_version_rollout_id_bucket_star_key;
ALTER TABLE sluice.arm_bucket ADD UNIQUE (service, epoch, arm, version, rollout_id, segment, bucket_start);
ALTER TABLE sluice.arm_bucket DROP CONSTRAINT arm_bucket_arm_check, ADD CONSTRAINT arm_bucket_arm_check ${ARMS};

ALTER TABLE sluice.arm_total ADD COLUMN segment text NOT NULL DEFAULT '';
ALTER TABLE sluice.arm_total DROP CONSTRAINT arm_total_service_epoch_arm_version_rollout_id_key;
ALTER TABLE sluice.arm_total ADD UNIQUE (service, epoch, arm, version, rollout_id, segment);
ALTER TABLE sluice.arm_total DROP CONSTRAINT arm_total_arm_check, ADD CONSTRAINT arm_total_arm_check ${ARMS};

ALTER TABLE sluice.prediction ADD COLUMN segment text NOT NULL DEFAULT '';
ALTER TABLE sluice.prediction DROP CONSTRAINT prediction_arm_check, ADD CONSTRAINT prediction_arm_check ${ARMS};

ALTER TABLE sluice.shadow_pair
  ADD COLUMN baseline_score float8 CHECK (baseline_score > '-Infinity' AND baseline_score < 'Infinity'),
  ADD COLUMN candidate_score float8 CHECK (candidate_score > '-Infinity' AND candidate_score < 'Infinity');

-- All pairs, of which sluice.shadow_pair is a sample.
CREATE TABLE sluice.shadow_bucket (
  service          text NOT NULL,
  epoch            int8 NOT NULL CHECK (epoch >= 0),
  rollout_id       text NOT NULL,
  bucket_start     timestamptz NOT NULL,
  pairs            int8 NOT NULL CHECK (pairs >= 0),
  compared         int8 NOT NULL CHECK (compared BETWEEN 0 AND pairs),
  agreed           int8 NOT NULL CHECK (agreed BETWEEN 0 AND compared),
  baseline_errors  int8 NOT NULL CHECK (baseline_errors BETWEEN 0 AND pairs),
  candidate_errors int8 NOT NULL CHECK (candidate_errors BETWEEN 0 AND pairs),${FINITE_MOMENTS('latency')},${FINITE_MOMENTS('score')},
  PRIMARY KEY (service, epoch, rollout_id, bucket_start)
);
INSERT INTO sluice.shadow_bucket
  SELECT service, epoch, coalesce(rollout_id, ''), to_timestamp(floor(extract(epoch FROM at) / 10) * 10), count(*),
    count(*) FILTER (WHERE baseline_label IS NOT NULL AND candidate_label IS NOT NULL),
    count(*) FILTER (WHERE baseline_label = candidate_label),
    count(*) FILTER (WHERE baseline_error), count(*) FILTER (WHERE candidate_error),
    count(*) FILTER (WHERE NOT baseline_error AND NOT candidate_error),
    coalesce(sum(candidate_latency_ms - baseline_latency_ms) FILTER (WHERE NOT baseline_error AND NOT candidate_error), 0),
    coalesce(sum((candidate_latency_ms - baseline_latency_ms) ^ 2) FILTER (WHERE NOT baseline_error AND NOT candidate_error), 0),
    0, 0, 0
  FROM sluice.shadow_pair GROUP BY 1, 2, 3, 4;

-- A unit counts once at each weight, by the arm it met first.
CREATE TABLE sluice.exposure (
  service    text NOT NULL,
  epoch      int8 NOT NULL CHECK (epoch >= 0),
  unit_hash  text NOT NULL,
  rollout_id text,
  arm        text NOT NULL ${ARMS},
  version    text NOT NULL,
  segment    text NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (service, epoch, unit_hash)
);

CREATE TABLE sluice.interleaved_list (
  prediction_id text PRIMARY KEY,
  service       text NOT NULL,
  epoch         int8 NOT NULL CHECK (epoch >= 0),
  rollout_id    text,
  method        text NOT NULL CHECK (method IN ('team-draft', 'balanced')),
  at            timestamptz NOT NULL,
  unit_hash     text NOT NULL,
  items         jsonb NOT NULL
);
CREATE INDEX interleaved_list_by_epoch ON sluice.interleaved_list (service, epoch, at);

CREATE TABLE sluice.feature_sample (
  prediction_id text NOT NULL,
  arm           text NOT NULL ${ARMS},
  service       text NOT NULL,
  epoch         int8 NOT NULL CHECK (epoch >= 0),
  rollout_id    text,
  version       text NOT NULL,
  segment       text NOT NULL,
  at            timestamptz NOT NULL,
  features      jsonb NOT NULL,
  label         text,
  score         float8 CHECK (score > '-Infinity' AND score < 'Infinity'),
  PRIMARY KEY (prediction_id, arm)
);
CREATE INDEX feature_sample_by_version ON sluice.feature_sample (service, version, at);

ALTER TABLE sluice.feedback ADD COLUMN item text;
ALTER TABLE sluice.feedback DROP CONSTRAINT feedback_arm_check, ADD CONSTRAINT feedback_arm_check ${ARMS};
ALTER TABLE sluice.feedback DROP CONSTRAINT feedback_kind_check, ADD CONSTRAINT feedback_kind_check
  CHECK (kind IN ('label', 'thumb', 'rating', 'conversion', 'revenue', 'continued-use', 'click'));
ALTER TABLE sluice.feedback ADD CHECK ((kind = 'click') = (item IS NOT NULL));
ALTER TABLE sluice.feedback ADD CHECK (kind NOT IN ('continued-use', 'click') OR value IN (0, 1));
`,
};
