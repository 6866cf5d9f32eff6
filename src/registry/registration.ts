import { SluiceError } from '../domain/errors.js';
import type { ModelVersion, NewModelVersion } from '../domain/model-version.js';
import { contentDigest } from '../identity/content-digest.js';
import type { AliasMove } from '../ports/model-registry.js';
import { versionId } from './version-id.js';

/**
 * What all registries answer when a version is there already.
 * @param kept those of the same model with the same id or the same label, oldest first
 * @returns the same version as it was registered, null where there is none
 * @throws {SluiceError} COMMAND_REFUSED for the same label with other content, the same content with another label, or the
 *   same version with other evidence
 */
export function registeredBefore(kept: readonly ModelVersion[], asked: NewModelVersion): ModelVersion | null {
  const id = versionId(asked);
  const name = `${asked.model}:${asked.version}`;
  const byLabel = kept.find(({ version }) => version === asked.version);
  if (byLabel !== undefined && byLabel.id !== id)
    throw new SluiceError(
      'COMMAND_REFUSED',
      `${name} is ${byLabel.id}; what is registered now is ${id}: take another label`,
    );
  const byId = kept.find((one) => one.id === id);
  if (byId === undefined) return null;
  if (byId.version !== asked.version)
    throw new SluiceError('COMMAND_REFUSED', `${name} has the same content as ${byId.model}:${byId.version} (${id})`);
  const others = differences(byId, asked);
  if (others.length > 0)
    throw new SluiceError(
      'COMMAND_REFUSED',
      `${name} (${id}) is registered with other ${others.join(' and ')}: a version is never changed`,
    );
  return byId;
}

/** What was found out about it is as fixed as what it is. Where it is kept and how it is described are the first one's words. */
function differences(kept: ModelVersion, asked: NewModelVersion): string[] {
  // 64 bits of a digest: two contents with one id can be made on purpose, with patience.
  const isOther = content(kept) !== content(asked) ? ['content'] : [];
  const evidence = (['metrics', 'datasets', 'parents'] as const).filter(
    (field) => contentDigest(inOrder(kept[field])) !== contentDigest(inOrder(asked[field])),
  );
  return [...isOther, ...evidence];
}

function content({ artifact, parameters, code, environment }: NewModelVersion): string {
  return contentDigest({ digest: artifact.digest, parameters, code, environment });
}

function inOrder(value: object): unknown {
  return Array.isArray(value) ? value.map((one) => contentDigest(one)).toSorted() : value;
}

/** @throws {SluiceError} NOT_FOUND naming the first parent that is not among those found */
export function assertParents(asked: NewModelVersion, found: readonly { readonly id: string }[]): void {
  const known = new Set(found.map(({ id }) => id));
  const missing = asked.parents.find((parent) => !known.has(parent));
  if (missing !== undefined)
    throw new SluiceError('NOT_FOUND', `parent ${missing} of ${asked.model}:${asked.version} is not registered`);
}

/** @throws {SluiceError} COMMAND_REFUSED */
export function refuseCircle(asked: NewModelVersion): never {
  const id = versionId(asked);
  throw new SluiceError('COMMAND_REFUSED', `${asked.model}:${asked.version} (${id}) would be among its own ancestors`);
}

/** @throws {SluiceError} COMMAND_REFUSED where an alias does not point at what the mover believes */
export function assertExpected({ model, alias, expected }: AliasMove, from: string | null): void {
  if (expected === undefined || expected === from) return;
  throw new SluiceError(
    'COMMAND_REFUSED',
    `${model}@${alias} points at ${from ?? 'nothing'}, not at ${expected ?? 'nothing'}`,
  );
}
