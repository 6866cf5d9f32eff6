import type { Migration } from '../migrate.js';

/** Stops of forward moves. The longest is 30 days; a day more here, as the asker's clock may differ from this one. */
export const freezes: Migration = {
  id: 4,
  name: 'freezes',
  sql: `
CREATE TABLE sluice.freeze (
  id          text PRIMARY KEY,
  scope       text NOT NULL CHECK (scope ~ '^[a-z0-9*][a-z0-9*-]*$' AND length(scope) <= 63),
  reason      text NOT NULL CHECK (reason <> ''),
  owner       text NOT NULL CHECK (owner <> ''),
  created_at  timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  expires_at  timestamptz NOT NULL,
  lifted_at   timestamptz,
  lifted_by   text CHECK (lifted_by <> ''),
  lift_reason text CHECK (lift_reason <> ''),
  CHECK (expires_at > created_at AND expires_at <= created_at + interval '744 hours'),
  CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL))
);
CREATE INDEX freeze_by_creation ON sluice.freeze (created_at DESC);
CREATE INDEX freeze_in_force ON sluice.freeze (expires_at) WHERE lifted_at IS NULL;
`,
};
