import type { Migration } from '../migrate.js';

/** Readings of monitors and what their runs leave; incidents, what was done about them, and silences. */
export const monitorsAndIncidents: Migration = {
  id: 8,
  name: 'monitors and incidents',
  sql: `
CREATE TABLE sluice.monitor_reading (
  service text NOT NULL CHECK (service <> ''),
  monitor text NOT NULL CHECK (monitor <> ''),
  at      timestamptz NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  reading jsonb NOT NULL,
  PRIMARY KEY (service, monitor, at)
);

CREATE TABLE sluice.monitor_memory (
  service text NOT NULL,
  monitor text NOT NULL,
  at      timestamptz NOT NULL,
  memory  jsonb NOT NULL,
  PRIMARY KEY (service, monitor)
);

CREATE TABLE sluice.incident (
  id              text PRIMARY KEY CHECK (id <> ''),
  key             text NOT NULL CHECK (key <> ''),
  service         text NOT NULL CHECK (service <> ''),
  source          text NOT NULL CHECK (source IN ('monitor', 'alert', 'rollback')),
  monitor         text,
  status          text NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')),
  opened_at       timestamptz NOT NULL,
  seen_at         timestamptz NOT NULL,
  ended_at        timestamptz,
  sightings       int8 NOT NULL CHECK (sightings >= 1),
  sighting        jsonb NOT NULL,
  acknowledged    jsonb,
  resolved        jsonb,
  CHECK ((status = 'resolved') = (ended_at IS NOT NULL))
);
-- One open incident for one trouble, whoever sees it and however often.
CREATE UNIQUE INDEX incident_open ON sluice.incident (key) WHERE status <> 'resolved';
CREATE INDEX incident_by_time ON sluice.incident (opened_at DESC);
CREATE INDEX incident_by_service ON sluice.incident (service, opened_at DESC);
CREATE INDEX incident_by_monitor ON sluice.incident (service, monitor, opened_at DESC) WHERE monitor IS NOT NULL;

CREATE TABLE sluice.incident_event (
  incident_id text NOT NULL REFERENCES sluice.incident (id),
  key         text NOT NULL CHECK (key <> ''),
  sequence    int8 GENERATED ALWAYS AS IDENTITY,
  event       jsonb NOT NULL,
  PRIMARY KEY (incident_id, key)
);

CREATE TABLE sluice.silence (
  id         text PRIMARY KEY CHECK (id <> ''),
  match      jsonb NOT NULL,
  reason     text NOT NULL,
  owner      text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  until      timestamptz NOT NULL
);
`,
};
