/** Names, in one grammar for the CLI, the api, the store and other registries: nothing in them is a path, a query or an option. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** What looks like an id is none: a text that names a version is read in one way only. */
export const VERSION_LABEL = /^(?!mv-)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** `latest` and `v2` are refused: they promise what an alias does not keep, and MLflow takes neither. */
export const ALIAS_NAME = /^(?!latest$|v\d+$)[a-z][a-z0-9_-]{0,62}$/;
/** The first 64 bits of the digest of what makes the version what it is. */
export const VERSION_ID = /^mv-[0-9a-f]{16}$/;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** A full git commit (SHA-1 or SHA-256), or the digest of a source archive. */
export const CODE_REFERENCE = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64})$/;

/** A file, or a folder as one: its digest is that of the list of its files. */
interface Artifact {
  /** Where it is kept. */
  readonly uri: string;
  /** `sha256:` and 64 hex digits. */
  readonly digest: string;
  readonly bytes: number;
}

export const DATASET_ROLES = ['train', 'validation', 'test'] as const;
type DatasetRole = (typeof DATASET_ROLES)[number];

export interface DatasetReference {
  readonly name: string;
  readonly digest: string;
  readonly role: DatasetRole;
}

type ParameterValue = string | number | boolean;

/** What makes a version what it is: the same content is the same id, wherever and by whom it is registered. */
export interface VersionContent {
  readonly artifact: Pick<Artifact, 'digest'>;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly code: string;
  /** Package -> version. */
  readonly environment: Readonly<Record<string, string>>;
}

/** As somebody registers it; its id follows from its content. */
export interface NewModelVersion extends VersionContent {
  /** Name of the model. */
  readonly model: string;
  /** What people and rollouts call it, such as `v2`. */
  readonly version: string;
  readonly artifact: Artifact;
  readonly metrics: Readonly<Record<string, number>>;
  readonly datasets: readonly DatasetReference[];
  readonly author: string;
  /** Ids of the versions that it was made from: fine-tuned, distilled, merged. */
  readonly parents: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly description: string;
}

/** Never changed once registered. */
export interface ModelVersion extends NewModelVersion {
  readonly id: string;
  /** ISO, by the registry's clock. */
  readonly createdAt: string;
}

/** A name that points at one version and can be moved, such as `champion`. */
export interface Alias {
  readonly model: string;
  readonly alias: string;
  /** Id of the version. */
  readonly id: string;
  /** Its label. */
  readonly version: string;
}

/** One line of an alias' history; never changed once written. */
export interface AliasChange {
  /** The same id again is the same change. */
  readonly changeId: string;
  readonly model: string;
  readonly alias: string;
  /** Ids; null: it pointed at nothing, or does so now. */
  readonly from: string | null;
  readonly to: string | null;
  readonly by: string;
  readonly why: string;
  /** ISO, by the registry's clock. */
  readonly at: string;
}

/** One model in a list. */
export interface ModelSummary {
  readonly model: string;
  readonly versions: number;
  /** Label of the one that was registered last. */
  readonly newest: string;
}

/** How a text names a version of a model. */
export type VersionSelector =
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'alias'; readonly alias: string };

/** `v2`, `mv-0123456789abcdef` or `@champion`. @returns null where it is none of these */
export function parseSelector(text: string): VersionSelector | null {
  if (text.startsWith('@')) return ALIAS_NAME.test(text.slice(1)) ? { kind: 'alias', alias: text.slice(1) } : null;
  if (VERSION_ID.test(text)) return { kind: 'id', id: text };
  return VERSION_LABEL.test(text) ? { kind: 'label', label: text } : null;
}

/** `digits:v2`, `digits:mv-0123456789abcdef` or `digits@champion`. @returns null where it is none of these */
export function parseReference(text: string): { readonly model: string; readonly selector: string } | null {
  const [, model, mark, name] = /^([^:@]+)([:@])([^:@]+)$/.exec(text) ?? [];
  if (model === undefined || name === undefined || !MODEL_NAME.test(model)) return null;
  const selector = mark === '@' ? `@${name}` : name;
  return parseSelector(selector) === null ? null : { model, selector };
}
