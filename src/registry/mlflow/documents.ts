import { SluiceError } from '../../domain/errors.js';
import type { ModelVersion, NewModelVersion } from '../../domain/model-version.js';
import { storedVersion } from '../../domain/spec/model-version.js';
import { versionId } from '../version-id.js';

/** A tag as MLflow writes it. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A model version as MLflow answers it, as far as it is read here. */
export interface MlflowVersion {
  readonly name: string;
  /** MLflow's own number, as text. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly creation_timestamp: number | string;
  readonly tags?: readonly Tag[];
}

/** MLflow's own limit of a value. */
const LONGEST_TAG = 100_000;

export const TAGS = {
  /** On versions and models that are ours. */
  format: 'sluice.format',
  id: 'sluice.id',
  version: 'sluice.version',
  digest: 'sluice.digest',
  /** All of it, as JSON. */
  document: 'sluice.document',
  /** One for each parent, so that children can be searched. */
  parent: (id: string) => `sluice.parent.${id}`,
} as const;
export const FORMAT = '1';

/**
 * What is kept of a version beside MLflow's own fields.
 * @throws {SluiceError} SPEC_INVALID where it is longer than MLflow keeps
 */
export function tagsOf(asked: NewModelVersion, id: string): Tag[] {
  const document = JSON.stringify({ ...asked, id });
  if (document.length > LONGEST_TAG)
    throw new SluiceError(
      'SPEC_INVALID',
      `${asked.model}:${asked.version} is ${document.length} characters as JSON; MLflow keeps ${LONGEST_TAG} in a tag`,
    );
  return [
    { key: TAGS.format, value: FORMAT },
    { key: TAGS.id, value: id },
    { key: TAGS.version, value: asked.version },
    { key: TAGS.digest, value: asked.artifact.digest },
    { key: TAGS.document, value: document },
    ...asked.parents.map((parent) => ({ key: TAGS.parent(parent), value: '1' })),
  ];
}

/**
 * Reads a version back.
 * @returns null where it is none of ours
 * @throws {SluiceError} STORE_SCHEMA where somebody has edited what must never change
 */
export function readVersion(kept: MlflowVersion): ModelVersion | null {
  const tag = (key: string) => kept.tags?.find((one) => one.key === key)?.value;
  const document = tag(TAGS.document);
  if (document === undefined) return null;
  const createdAt = new Date(Number(kept.creation_timestamp)).toISOString();
  const parsed = storedVersion.safeParse({ ...readJson(document), createdAt });
  const version = parsed.success ? parsed.data : null;
  if (
    version === null ||
    versionId(version) !== version.id ||
    version.model !== kept.name ||
    version.id !== tag(TAGS.id) ||
    version.version !== tag(TAGS.version)
  )
    throw new SluiceError(
      'STORE_SCHEMA',
      `the tags of version ${kept.version} of ${kept.name} in MLflow are not what was registered`,
    );
  return version;
}

function readJson(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
