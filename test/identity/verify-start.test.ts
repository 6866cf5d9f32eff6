import { beforeAll, describe, expect, test } from '@jest/globals';
import { createIdentityActivities } from '../../activities/identity.js';
import type { StartingPoint } from '../../src/domain/rollout-start.js';
import type { RolloutState, RolloutStatus } from '../../src/domain/rollout-state.js';
import { type RolloutSpec, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { contentDigest, startDigests } from '../../src/identity/content-digest.js';
import type { PrivateKey } from '../../src/identity/private-key.js';
import { createSigner, signStart } from '../../src/identity/signer.js';
import { PLAIN_SPEC } from '../domain/plain-spec.js';
import { stateOf } from '../stores/rollout-fixtures.js';
import { type People, people, publicOnly } from './signed.js';

let who: People;
const rolloutId = 'digits-20261101-080000-1f3a';
const specDigest = contentDigest({ service: 'digits' });
const start = { rolloutId, service: 'digits', specDigest };

beforeAll(async () => {
  who = await people();
});

/** Over a store that knows one rollout at most. */
const activities = (
  known: RolloutState | null = null,
  keys: PrivateKey[] | null = [who.alice, who.api],
  itsSpec: RolloutSpec | null = null,
) =>
  createIdentityActivities({
    identityKeys: keys?.map(publicOnly) ?? null,
    store: {
      rollout: async (id) => (known?.rolloutId === id ? known : null),
      record: { spec: async () => itsSpec },
    },
  });

const signed = async (key: PrivateKey, digests = [specDigest]) =>
  signStart(await createSigner(key), { service: 'digits', rolloutId, digests });

test('who starts is proven', async () => {
  const statement = await signed(who.alice);
  const identity = { subject: 'alice', roles: ['release', 'ml'] };
  await expect(activities().verifyStart({ ...start, statement })).resolves.toEqual(identity);
  const other = contentDigest({ service: 'faces' });
  const both = { ...start, statement: await signed(who.alice, [other, specDigest]), digests: [other, specDigest] };
  await expect(activities().verifyStart(both)).resolves.toEqual(identity);
});

test('without keys nobody is asked', async () => {
  await expect(activities(null, null).verifyStart(start)).resolves.toBeNull();
});

test('what is not proven is refused', async () => {
  const statement = await signed(who.alice);
  const refused = async (claimed: Parameters<ReturnType<typeof activities>['verifyStart']>[0], why: RegExp) => {
    const verified = activities().verifyStart(claimed);
    await expect(verified).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(verified).rejects.toThrow(why);
    await expect(verified).rejects.toThrow(`start of ${claimed.rolloutId}: `);
  };
  await refused(start, /carries no statement/);
  await refused({ ...start, statement: 'x' }, /no compact JWS/);
  await refused({ ...start, statement: await signed(who.bob) }, /no key "bob-/);
  await refused({ ...start, statement, rolloutId: 'digits-other' }, /digits-other/);
  await refused({ ...start, statement, service: 'faces' }, /service "digits", not for "faces"/);
  await refused({ ...start, statement, specDigest: 'other' }, /what is asked is not/);
  await refused({ ...start, statement, specDigest: 'other', digests: [specDigest] }, /other is not among those/);
  await refused({ ...start, statement, digests: [specDigest, 'more'] }, /what is asked is not/);
});

test.each<RolloutStatus>(['promoted', 'aborted', 'rolled-back', 'failed'])(
  'a statement does not start a rollout again that was %s',
  async (status) => {
    const statement = await signed(who.alice);
    const known = stateOf('digits', { rolloutId, status });
    await expect(activities(known).verifyStart({ ...start, statement })).rejects.toThrow(`it has ended as ${status}`);
  },
);

test('a retry while it runs is no second start', async () => {
  const statement = await signed(who.alice);
  const known = stateOf('digits', { rolloutId });
  await expect(activities(known).verifyStart({ ...start, statement })).resolves.toHaveProperty('subject', 'alice');
});

describe('a new attempt that does not begin at the beginning', () => {
  const retryOf = 'digits-20261101-070000-0a0a';
  const steps = [5, 20, 50].map((setWeight) => ({ setWeight, bake: '1m' as const }));
  const spec = rolloutSpec.parse({ ...PLAIN_SPEC, phases: { shadow: { minSamples: 20 }, canary: { steps } } });
  const digest = contentDigest(spec);
  const canary = (step: number): StartingPoint => ({ phase: 'canary', step });
  const before = stateOf('digits', { rolloutId: retryOf, status: 'rolled-back', phase: 'canary', step: 1 });
  const attempt = async (from: StartingPoint, signed: StartingPoint | null = from, known = before, its = spec) => {
    const digests = startDigests(digest, signed === null ? undefined : { from: signed, retryOf });
    const statement = await signStart(await createSigner(who.alice), { service: 'digits', rolloutId, digests });
    const claimed = { ...start, specDigest: digest, statement, attempt: { from, retryOf, spec } };
    return activities(known, undefined, its).verifyStart(claimed);
  };

  test('may begin where the one before had got to, or before it', async () => {
    for (const from of [canary(1), canary(0), { phase: 'shadow', step: null } as const])
      await expect(attempt(from)).resolves.toHaveProperty('subject', 'alice');
  });

  test('not where nobody signed for it, nor where the one before had not got to', async () => {
    await expect(attempt(canary(1), null)).rejects.toThrow(/what is asked is not/);
    await expect(attempt(canary(1), canary(0))).rejects.toThrow(/what is asked is not/);
    await expect(attempt(canary(2))).rejects.toThrow(/it had got to step 2/);
    const inShadow = { ...before, phase: 'shadow', step: null } as const;
    await expect(attempt({ phase: 'abTest', step: null }, undefined, inShadow)).rejects.toThrow(/had not got so far/);
  });

  test('not after an attempt of another model, of another service, or one that still runs or never was', async () => {
    const other = { ...spec, candidate: { ...spec.candidate, url: 'http://127.0.0.1:3' } };
    await expect(attempt(canary(1), undefined, before, other)).rejects.toThrow(/had another spec/);
    const wrong = [{ service: 'faces' }, { status: 'progressing' }, { rolloutId: 'x' }] as const;
    for (const change of wrong)
      await expect(attempt(canary(1), undefined, { ...before, ...change })).rejects.toThrow(/has ended before/);
  });

  test('digests that were given must name where it begins', async () => {
    const statement = await signed(who.alice, [digest]);
    const claimed = { ...start, specDigest: digest, statement, digests: [digest] };
    const from = canary(1);
    await expect(
      activities(before, undefined, spec).verifyStart({ ...claimed, attempt: { from, retryOf, spec } }),
    ).rejects.toThrow(/where it begins was not signed/);
  });
});
