import type { Migration } from '../migrate.js';

/** Reports of validation suites, and where those that were cut go on. */
export const validations: Migration = {
  id: 6,
  name: 'validations',
  sql: `
CREATE TABLE sluice.validation (
  id             text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]*$' AND length(id) <= 200),
  sequence       int8 GENERATED ALWAYS AS IDENTITY,
  service        text NOT NULL CHECK (service <> ''),
  rollout_id     text,
  candidate      text NOT NULL,
  baseline       text NOT NULL,
  dataset_digest text NOT NULL,
  plan_digest    text NOT NULL,
  ended_at       timestamptz NOT NULL,
  verdict        text NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  report         jsonb NOT NULL
);
CREATE INDEX validation_by_age ON sluice.validation (service, ended_at DESC, sequence DESC);

-- Text, not jsonb: it is written often and read once, and labels must come back as they were.
CREATE TABLE sluice.validation_progress (
  key      text PRIMARY KEY CHECK (key <> ''),
  saved_at timestamptz NOT NULL DEFAULT now(),
  progress text NOT NULL
);
`,
};
