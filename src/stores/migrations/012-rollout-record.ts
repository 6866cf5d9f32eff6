import type { Migration } from '../migrate.js';

/** What a rollout was asked to do, and what its A/B evaluation said at each look that is kept. */
export const rolloutRecord: Migration = {
  id: 12,
  name: 'rollout record',
  sql: `
CREATE TABLE sluice.rollout_spec (
  rollout_id text PRIMARY KEY,
  spec       jsonb NOT NULL
);

CREATE TABLE sluice.experiment_report (
  rollout_id text NOT NULL,
  at         timestamptz NOT NULL,
  report     jsonb NOT NULL,
  PRIMARY KEY (rollout_id, at)
);
`,
};
