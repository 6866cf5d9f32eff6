import { SluiceError } from '../src/domain/errors.js';
import type { Identity, PublicKey } from '../src/domain/identity.js';
import { hasEnded } from '../src/domain/rollout-state.js';
import { verifyStatement } from '../src/identity/verify-statement.js';
import type { Store } from '../src/ports/store.js';

export interface IdentityDeps {
  readonly store: Pick<Store, 'rollout'>;
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
}

export const createIdentityActivities = ({ store, identityKeys = null }: IdentityDeps) => ({
  /**
   * Checks who really started a rollout.
   * @returns null where no keys are configured
   * @throws {SluiceError} UNAUTHORIZED where nothing proves it, or where the proof was used before
   */
  async verifyStart(start: ClaimedStart): Promise<Identity | null> {
    if (identityKeys === null) return null;
    const { rolloutId, service, specDigest, statement, digests = [specDigest] } = start;
    const refuse = (why: string) => new SluiceError('UNAUTHORIZED', `start of ${rolloutId}: ${why}`);
    if (statement === undefined) throw refuse('it carries no statement of who asks (SLUICE_IDENTITY)');
    if (!digests.includes(specDigest)) throw refuse(`spec ${specDigest} is not among those that were signed`);
    const expected = { service, rolloutId, command: 'start', jti: rolloutId, content: { digests } } as const;
    const verified = verifyStatement(identityKeys, statement, { ...expected, nowMs: Date.now() });
    if ('refused' in verified) throw refuse(verified.refused);
    const known = await store.rollout(rolloutId);
    if (known !== null && hasEnded(known.status))
      throw refuse(`it has ended as ${known.status}, and does not run again`);
    return verified.identity;
  },
});

export type IdentityActivities = ReturnType<typeof createIdentityActivities>;
