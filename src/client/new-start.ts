import { randomBytes } from 'node:crypto';
import { SluiceError } from '../domain/errors.js';
import type { RolloutStart, StartingPoint } from '../domain/rollout-start.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { contentDigest, startDigests } from '../identity/content-digest.js';
import { type Signer, signStart } from '../identity/signer.js';
import { specDigest } from './load-spec.js';

/**
 * What starts one rollout of a spec, with an id of its own and, where somebody signs, the proof of who asks.
 * @param mark of `newMark`: the same one again makes the same id
 * @throws {SluiceError} USAGE where `startedBy` is not who signs
 */
export async function newStart(
  spec: RolloutSpec,
  startedBy: string,
  signer: Signer | null,
  attempt?: { readonly from: StartingPoint; readonly retryOf: string },
  mark: string = newMark(),
): Promise<RolloutStart> {
  const subject = signer?.identity.subject ?? startedBy;
  if (subject !== startedBy)
    throw new SluiceError('USAGE', `the actor is ${startedBy}, and the identity that signs is ${subject}`);
  const { service } = spec;
  const rolloutId = newId(service, mark);
  const start = { rolloutId, spec, specDigest: specDigest(spec), startedBy, ...attempt };
  if (signer === null) return start;
  const digests = startDigests(contentDigest(spec), attempt);
  return { ...start, statement: await signStart(signer, { service, rolloutId, digests }) };
}

/** Sorts by time, and is unique enough for people who start at the same second: `digits-20261121-083015-1f3a`. */
export function newId(name: string, mark: string = newMark()): string {
  return `${name}-${mark}`;
}

/** What tells an id from all others of a name. */
export function newMark(): string {
  const [date, time] = new Date()
    .toISOString()
    .replace(/[-:]|\..*/g, '')
    .split('T');
  return `${date}-${time}-${randomBytes(2).toString('hex')}`;
}
