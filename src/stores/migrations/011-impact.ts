import type { Migration } from '../migrate.js';

/** What looks at a rollout's impact have said; incidents that they open. */
export const impact: Migration = {
  id: 11,
  name: 'impact',
  sql: `
CREATE TABLE sluice.impact_report (
  rollout_id text NOT NULL CHECK (rollout_id <> ''),
  look       int4 NOT NULL CHECK (look >= 1),
  at         timestamptz NOT NULL,
  report     jsonb NOT NULL,
  PRIMARY KEY (rollout_id, look)
);
ALTER TABLE sluice.incident DROP CONSTRAINT incident_source_check;
ALTER TABLE sluice.incident ADD CONSTRAINT incident_source_check
  CHECK (source IN ('monitor', 'alert', 'rollback', 'impact'));
`,
};
