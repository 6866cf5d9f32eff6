import type { Migration } from '../migrate.js';

/** What the control plane decided: the wanted route of each service, the view of each rollout, the decision ledger. */
export const routesAndRollouts: Migration = {
  id: 1,
  name: 'routes and rollouts',
  sql: `
CREATE TABLE sluice.route (
  service  text PRIMARY KEY,
  epoch    int8 NOT NULL CHECK (epoch >= 0),
  route    jsonb NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sluice.rollout (
  rollout_id text PRIMARY KEY,
  service    text NOT NULL,
  started_at timestamptz NOT NULL,
  revision   int8 NOT NULL CHECK (revision >= 0),
  state      jsonb NOT NULL
);
CREATE INDEX rollout_by_service ON sluice.rollout (service, started_at DESC);
CREATE INDEX rollout_by_start ON sluice.rollout (started_at DESC);

CREATE TABLE sluice.decision (
  rollout_id  text NOT NULL,
  sequence    int8 NOT NULL CHECK (sequence >= 1),
  decision    jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rollout_id, sequence)
);
`,
};
