import type { Migration } from '../migrate.js';

/** Which route each epoch had, and events from other databases while they are summed. */
export const experiments: Migration = {
  id: 9,
  name: 'experiments',
  sql: `
-- Units know the epoch they were exposed under; what their assignment was salted with, and its weight, stands here.
CREATE TABLE sluice.route_epoch (
  service    text NOT NULL,
  epoch      int8 NOT NULL CHECK (epoch >= 0),
  rollout_id text,
  salt       text NOT NULL,
  weight     float8 NOT NULL CHECK (weight BETWEEN 0 AND 100),
  baseline   text NOT NULL,
  saved_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (service, epoch)
);
INSERT INTO sluice.route_epoch (service, epoch, rollout_id, salt, weight, baseline, saved_at)
  SELECT service, epoch, route->>'rolloutId', route->>'salt', (route->>'weightPercent')::float8, route->'baseline'->>'version', saved_at
  FROM sluice.route WHERE route ? 'salt' AND route ? 'weightPercent' AND route->'baseline' ? 'version';

-- Gone when the reading is done; what a crash leaves, the next reading removes. Losing it costs one look.
CREATE UNLOGGED TABLE sluice.experiment_event (
  reading   text NOT NULL,
  source    int4 NOT NULL,
  unit_hash text NOT NULL,
  at        timestamptz NOT NULL,
  value     float8 NOT NULL CHECK (value > '-Infinity' AND value < 'Infinity' AND abs(value) <= 1e15),
  added_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX experiment_event_by_reading ON sluice.experiment_event (reading, source);
CREATE INDEX experiment_event_by_age ON sluice.experiment_event (added_at);
`,
};
