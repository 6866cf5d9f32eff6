import type { Migration } from '../migrate.js';

const ID = `'^mv-[0-9a-f]{16}$'`;

/** Model versions with what they were made from, and the names that point at them. Nothing but an alias is ever changed. */
export const models: Migration = {
  id: 5,
  name: 'models',
  sql: `
CREATE TABLE sluice.model_version (
  model      text NOT NULL CHECK (model ~ '^[a-z0-9][a-z0-9-]*$' AND length(model) <= 63),
  id         text NOT NULL CHECK (id ~ ${ID}),
  version    text NOT NULL CHECK (version ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$' AND length(version) <= 63),
  sequence   int8 GENERATED ALWAYS AS IDENTITY,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  document   jsonb NOT NULL,
  PRIMARY KEY (model, id),
  UNIQUE (model, version)
);
CREATE INDEX model_version_by_id ON sluice.model_version (id);
CREATE INDEX model_version_by_age ON sluice.model_version (model, sequence DESC);

CREATE TABLE sluice.model_parent (
  model  text NOT NULL,
  id     text NOT NULL,
  parent text NOT NULL CHECK (parent ~ ${ID} AND parent <> id),
  PRIMARY KEY (model, id, parent),
  FOREIGN KEY (model, id) REFERENCES sluice.model_version
);
CREATE INDEX model_parent_by_parent ON sluice.model_parent (parent);

CREATE TABLE sluice.model_alias (
  model text NOT NULL,
  alias text NOT NULL CHECK (alias ~ '^[a-z][a-z0-9_-]*$' AND length(alias) <= 63),
  id    text NOT NULL,
  PRIMARY KEY (model, alias),
  FOREIGN KEY (model, id) REFERENCES sluice.model_version
);

CREATE TABLE sluice.model_alias_change (
  change_id text PRIMARY KEY CHECK (change_id <> ''),
  sequence  int8 GENERATED ALWAYS AS IDENTITY,
  model     text NOT NULL,
  alias     text NOT NULL,
  from_id   text,
  to_id     text,
  by        text NOT NULL CHECK (by <> ''),
  why       text NOT NULL CHECK (why <> ''),
  at        timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  CHECK (from_id IS DISTINCT FROM to_id)
);
CREATE INDEX model_alias_change_by_alias ON sluice.model_alias_change (model, alias, sequence DESC);
`,
};
