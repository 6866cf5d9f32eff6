import type { Migration } from '../migrate.js';

/**
 * What is kept of logs. Counts stand in one partition a day, made when its first line comes and dropped when it is old. An unknown template is
 * no fault: it had to make room.
 */
export const logs: Migration = {
  id: 7,
  name: 'logs',
  sql: `
CREATE TABLE sluice.log_template (
  service    text NOT NULL CHECK (service <> ''),
  id         text NOT NULL CHECK (id <> ''),
  text       text NOT NULL,
  wild       int4 NOT NULL CHECK (wild >= 0),
  sample     text NOT NULL,
  first_seen timestamptz NOT NULL,
  last_seen  timestamptz NOT NULL,
  PRIMARY KEY (service, id)
);
CREATE INDEX log_template_by_use ON sluice.log_template (service, last_seen DESC);

CREATE TABLE sluice.log_minute (
  service     text NOT NULL,
  minute      timestamptz NOT NULL,
  version     text NOT NULL,
  template_id text NOT NULL,
  level       text NOT NULL CHECK (level IN ('trace', 'debug', 'info', 'warn', 'error', 'fatal')),
  lines       int8 NOT NULL CHECK (lines >= 1),
  PRIMARY KEY (service, minute, version, template_id, level)
) PARTITION BY RANGE (minute);

CREATE TABLE sluice.log_batch (
  source      text NOT NULL CHECK (source <> ''),
  sequence    int8 NOT NULL CHECK (sequence >= 0),
  received_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, sequence)
);
CREATE INDEX log_batch_by_age ON sluice.log_batch (received_at);
`,
};
