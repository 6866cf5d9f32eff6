import type { Migration } from '../migrate.js';

/**
 * What gateways recorded. A bucket outside of any rollout has the empty text as its rollout_id, since the column is part
 * of its key. Comparing with both infinities keeps NaN out as well: PostgreSQL sorts it above all numbers.
 */
export const observations: Migration = {
  id: 2,
  name: 'observations',
  sql: `
CREATE TABLE sluice.observation_batch (
  boot_id               text NOT NULL,
  sequence              int8 NOT NULL CHECK (sequence >= 0),
  gateway_id            text NOT NULL,
  sent_at               timestamptz NOT NULL,
  received_at           timestamptz NOT NULL DEFAULT now(),
  dropped_shadow_copies int8 NOT NULL CHECK (dropped_shadow_copies >= 0),
  dropped_predictions   int8 NOT NULL CHECK (dropped_predictions >= 0),
  dropped_batches       int8 NOT NULL CHECK (dropped_batches >= 0),
  PRIMARY KEY (boot_id, sequence)
);

CREATE TABLE sluice.arm_bucket (
  bucket_id    int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service      text NOT NULL,
  epoch        int8 NOT NULL CHECK (epoch >= 0),
  arm          text NOT NULL CHECK (arm IN ('baseline', 'candidate', 'shadow')),
  version      text NOT NULL,
  rollout_id   text NOT NULL,
  bucket_start timestamptz NOT NULL,
  requests     int8 NOT NULL CHECK (requests >= 0),
  errors       int8 NOT NULL CHECK (errors BETWEEN 0 AND requests),
  UNIQUE (service, epoch, arm, version, rollout_id, bucket_start)
);
CREATE INDEX arm_bucket_by_time ON sluice.arm_bucket (service, bucket_start);

CREATE TABLE sluice.arm_bucket_latency (
  bucket_id int8 NOT NULL REFERENCES sluice.arm_bucket ON DELETE CASCADE,
  idx       int4 NOT NULL,
  count     int8 NOT NULL CHECK (count > 0),
  PRIMARY KEY (bucket_id, idx)
);

-- The same sums without the time: what a watch reads at every tick, over an epoch that may last for weeks.
CREATE TABLE sluice.arm_total (
  bucket_id  int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service    text NOT NULL,
  epoch      int8 NOT NULL CHECK (epoch >= 0),
  arm        text NOT NULL CHECK (arm IN ('baseline', 'candidate', 'shadow')),
  version    text NOT NULL,
  rollout_id text NOT NULL,
  requests   int8 NOT NULL CHECK (requests >= 0),
  errors     int8 NOT NULL CHECK (errors BETWEEN 0 AND requests),
  UNIQUE (service, epoch, arm, version, rollout_id)
);

CREATE TABLE sluice.arm_total_latency (
  bucket_id int8 NOT NULL REFERENCES sluice.arm_total ON DELETE CASCADE,
  idx       int4 NOT NULL,
  count     int8 NOT NULL CHECK (count > 0),
  PRIMARY KEY (bucket_id, idx)
);

-- A request and its shadow copy may share their prediction id.
CREATE TABLE sluice.prediction (
  prediction_id text NOT NULL,
  arm           text NOT NULL CHECK (arm IN ('baseline', 'candidate', 'shadow')),
  service       text NOT NULL,
  rollout_id    text,
  epoch         int8 NOT NULL CHECK (epoch >= 0),
  version       text NOT NULL,
  at            timestamptz NOT NULL,
  unit_hash     text NOT NULL,
  status        int4 NOT NULL,
  latency_ms    float8 NOT NULL CHECK (latency_ms >= 0 AND latency_ms < 'Infinity'),
  label         text,
  score         float8 CHECK (score > '-Infinity' AND score < 'Infinity'),
  PRIMARY KEY (prediction_id, arm)
);
CREATE INDEX prediction_by_epoch ON sluice.prediction (service, epoch, at);
CREATE INDEX prediction_by_time ON sluice.prediction (service, at);

CREATE TABLE sluice.shadow_pair (
  prediction_id        text PRIMARY KEY,
  service              text NOT NULL,
  rollout_id           text,
  epoch                int8 NOT NULL CHECK (epoch >= 0),
  at                   timestamptz NOT NULL,
  baseline_label       text,
  candidate_label      text,
  baseline_latency_ms  float8 NOT NULL CHECK (baseline_latency_ms >= 0 AND baseline_latency_ms < 'Infinity'),
  candidate_latency_ms float8 NOT NULL CHECK (candidate_latency_ms >= 0 AND candidate_latency_ms < 'Infinity'),
  baseline_error       boolean NOT NULL,
  candidate_error      boolean NOT NULL
);
CREATE INDEX shadow_pair_by_epoch ON sluice.shadow_pair (service, epoch, at);
CREATE INDEX shadow_pair_by_time ON sluice.shadow_pair (service, at);

-- No foreign key to the prediction: a label may arrive first, and its prediction may not have been sampled.
-- The limit on a value is far above any rating or amount, and keeps the sum of squares finite.
CREATE TABLE sluice.feedback (
  service       text NOT NULL,
  feedback_id   text NOT NULL,
  prediction_id text NOT NULL,
  epoch         int8 NOT NULL CHECK (epoch >= 0),
  arm           text NOT NULL CHECK (arm IN ('baseline', 'candidate', 'shadow')),
  version       text NOT NULL,
  predicted_at  timestamptz NOT NULL,
  received_at   timestamptz NOT NULL,
  kind          text NOT NULL CHECK (kind IN ('label', 'thumb', 'rating', 'conversion', 'revenue')),
  label         text,
  value         float8 CHECK (value > '-Infinity' AND value < 'Infinity' AND abs(value) <= 1e15),
  CHECK ((kind = 'label') = (label IS NOT NULL) AND (kind = 'label') = (value IS NULL)),
  CHECK (kind NOT IN ('thumb', 'conversion') OR value IN (0, 1)),
  PRIMARY KEY (service, feedback_id)
);
CREATE INDEX feedback_by_prediction ON sluice.feedback (service, prediction_id, kind);
CREATE INDEX feedback_by_epoch ON sluice.feedback (service, kind, epoch, predicted_at);
CREATE INDEX feedback_by_time ON sluice.feedback (service, kind, predicted_at);
`,
};
