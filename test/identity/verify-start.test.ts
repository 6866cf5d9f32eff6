import { beforeAll, expect, test } from '@jest/globals';
import { createIdentityActivities } from '../../activities/identity.js';
import type { RolloutState, RolloutStatus } from '../../src/domain/rollout-state.js';
import { contentDigest } from '../../src/identity/content-digest.js';
import type { PrivateKey } from '../../src/identity/private-key.js';
import { createSigner, signStart } from '../../src/identity/signer.js';
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
const activities = (known: RolloutState | null = null, keys: PrivateKey[] | null = [who.alice, who.api]) =>
  createIdentityActivities({
    identityKeys: keys?.map(publicOnly) ?? null,
    store: { rollout: async (id) => (known?.rolloutId === id ? known : null) },
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
