import { describeError, SluiceError } from '../src/domain/errors.js';
import type { Identity, PublicKey } from '../src/domain/identity.js';
import { TRIAL_PHASES } from '../src/domain/phase.js';
import { retryPoint } from '../src/domain/retry.js';
import type { StartingPoint } from '../src/domain/rollout-start.js';
import { hasEnded } from '../src/domain/rollout-state.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import { contentDigest, startDigests } from '../src/identity/content-digest.js';
import { verifyStatement } from '../src/identity/verify-statement.js';
import type { Store } from '../src/ports/store.js';

export interface IdentityDeps {
  readonly store: Pick<Store, 'rollout'> & { readonly record: Pick<Store['record'], 'spec'> };
  /** Whose statements are believed; absent or null: whoever starts a rollout is taken as given. */
  readonly identityKeys?: readonly PublicKey[] | null;
}

/** A rollout that has just been started, and what is to prove who did. */
export interface ClaimedStart {
  readonly rolloutId: string;
  readonly service: string;
  /** `contentDigest(spec)` of the spec that will run. Worked out by the workflow: what a client says of it proves nothing. */
  readonly specDigest: string;
  readonly statement?: string | undefined;
  /** All that the statement was signed for; by default this spec only. */
  readonly digests?: readonly string[] | undefined;
  /** Of what was tried before, where it does not begin at the beginning. */
  readonly attempt?: Attempt;
}

interface Attempt {
  readonly from: StartingPoint;
  readonly retryOf?: string | undefined;
  readonly spec: RolloutSpec;
}

export const createIdentityActivities = ({ store, identityKeys = null }: IdentityDeps) => ({
  /**
   * Checks who really started a rollout.
   * @returns null where no keys are configured
   * @throws {SluiceError} UNAUTHORIZED where nothing proves it, or where the proof was used before
   */
  async verifyStart(start: ClaimedStart): Promise<Identity | null> {
    if (identityKeys === null) return null;
    const { rolloutId, service, specDigest, statement, attempt } = start;
    const needed = startDigests(specDigest, attempt);
    const { digests = needed } = start;
    const refuse = (why: string) => new SluiceError('UNAUTHORIZED', `start of ${rolloutId}: ${why}`);
    if (statement === undefined) throw refuse('it carries no statement of who asks (SLUICE_IDENTITY)');
    if (!digests.includes(specDigest)) throw refuse(`spec ${specDigest} is not among those that were signed`);
    if (!needed.every((digest) => digests.includes(digest))) throw refuse('where it begins was not signed');
    const expected = { service, rolloutId, command: 'start', jti: rolloutId, content: { digests } } as const;
    const verified = verifyStatement(identityKeys, statement, { ...expected, nowMs: Date.now() });
    if ('refused' in verified) throw refuse(verified.refused);
    const known = await store.rollout(rolloutId);
    if (known !== null && hasEnded(known.status))
      throw refuse(`it has ended as ${known.status}, and does not run again`);
    const unreached = attempt === undefined ? null : await whyUnreached(store, attempt, service);
    if (unreached !== null) throw refuse(unreached);
    return verified.identity;
  },
});

export type IdentityActivities = ReturnType<typeof createIdentityActivities>;

/** What lies before the starting point is not asked again, so it must have passed: in a rollout of this very model, by this very plan, that has ended. */
async function whyUnreached(
  store: IdentityDeps['store'],
  { from, retryOf = '', spec }: Attempt,
  service: string,
): Promise<string | null> {
  const [before, itsSpec] = await Promise.all([store.rollout(retryOf), store.record.spec(retryOf)]);
  if (before === null || itsSpec === null || before.service !== service || !hasEnded(before.status))
    return `it begins with ${from.phase}, and no attempt ${retryOf} of ${service} has ended before`;
  if (contentDigest(judged(itsSpec)) !== contentDigest(judged(spec)))
    return `it begins with ${from.phase}, and attempt ${retryOf} had another spec`;
  try {
    const reached = retryPoint(itsSpec, before, from.phase === 'canary' ? (from.step ?? undefined) : undefined);
    const isReached = reached !== undefined && TRIAL_PHASES.indexOf(from.phase) <= TRIAL_PHASES.indexOf(reached.phase);
    return isReached ? null : `it begins with ${from.phase}, and attempt ${retryOf} had not got so far`;
  } catch (error) {
    return describeError(error);
  }
}

/** Without what old specs were given later; what is undefined has no part in a digest. */
function judged(spec: RolloutSpec) {
  return { ...spec, rights: undefined, rollback: undefined };
}
