import { Context } from '@temporalio/activity';
import { SluiceError } from '../src/domain/errors.js';
import { type LateMove, newerOwner } from '../src/domain/late-move.js';
import type { AliasChange } from '../src/domain/model-version.js';
import type { ResolvedModels, RolloutAliasMove } from '../src/domain/rollout-models.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { AddressPolicy } from '../src/net/address-policy.js';
import type { ModelRegistry } from '../src/ports/model-registry.js';
import type { Store } from '../src/ports/store.js';
import { assertName } from '../src/registry/names.js';
import { resolveVersion } from '../src/registry/resolve.js';
import { resolveRolloutModels } from '../src/registry/rollout-models.js';
import { verifyServed } from '../src/registry/verify.js';

export interface ModelDeps {
  readonly models: ModelRegistry;
  readonly store: Pick<Store, 'rollouts'>;
  /** Which addresses model servers may have; absent: any. */
  readonly policy?: AddressPolicy;
}

/** Of one service, newest first: enough to see whether a newer rollout owns an alias by now. */
const ROLLOUTS_LOOKED_AT = 20;

export interface AliasOrder {
  readonly model: string;
  readonly alias: string;
  /** A label, an id or another alias (`@champion`); null takes the alias away. */
  readonly to: string | null;
  readonly by: string;
  readonly why: string;
  /** Compare and set: the id that it points at now, null: at nothing. */
  readonly expected?: string | null;
  /** The same id again is the same move. Absent: each call of this activity is one, whatever its attempts. */
  readonly changeId?: string;
}

/** What a workflow needs to know of a version: small, as it stands in its history. */
export interface ResolvedVersion {
  readonly model: string;
  readonly version: string;
  readonly id: string;
  readonly digest: string;
  readonly uri: string;
}

export const createModelActivities = ({ models, store, policy }: ModelDeps) => ({
  /**
   * Points an alias at a version. A repeat is the same move, and never undoes what somebody else did since.
   * @returns the change; null where it pointed there already
   * @throws {SluiceError} USAGE for a name that is none; NOT_FOUND; COMMAND_REFUSED where it points at another than `expected`
   */
  async moveAlias({ to, changeId = ownId(), ...order }: AliasOrder): Promise<AliasChange | null> {
    assertName('model', order.model);
    assertName('alias', order.alias);
    const id = to === null ? null : (await resolveVersion(models, order.model, to)).id;
    return models.moveAlias({ ...order, to: id, changeId });
  },

  /** @param text a label, an id or an alias (`@champion`) @throws {SluiceError} USAGE | NOT_FOUND */
  async resolveVersion(model: string, text: string): Promise<ResolvedVersion> {
    assertName('model', model);
    const { version, id, artifact } = await resolveVersion(models, model, text);
    return { model, version, id, digest: artifact.digest, uri: artifact.uri };
  },

  /** Both versions of a rollout and its aliases, as `resolveRolloutModels` says; null where its spec names no registry. */
  async resolveModels(spec: RolloutSpec): Promise<ResolvedModels | null> {
    if (spec.registry === undefined) return null;
    return resolveRolloutModels(spec, spec.registry, {
      registry: models,
      verifyServed: (served, version) => verifyServed(served, version, { policy }),
    });
  },

  /**
   * A move that a rollout asks for. One that comes late, from the outbox, is not made once a newer rollout owns the alias.
   * @returns the change; null where it pointed there already
   * @throws {SluiceError} COMMAND_REFUSED where somebody else has moved it since; NOT_FOUND; STORE_UNAVAILABLE, which a retry may mend
   */
  async moveRolloutAlias(move: RolloutAliasMove, late: LateMove | null): Promise<AliasChange | null> {
    const { changeId, model, alias, to, expected, why, role } = move;
    const newer =
      late === null
        ? null
        : newerOwner(await store.rollouts({ service: late.service, limit: ROLLOUTS_LOOKED_AT }), late, role);
    if (newer !== null) throw new SluiceError('COMMAND_REFUSED', `${newer} decides on ${model}@${alias} now`);
    try {
      return await models.moveAlias({ changeId, model, alias, to, expected, why, by: 'sluice' });
    } catch (error) {
      // A token is changed sooner or later, and the move must not be lost until then.
      if (error instanceof SluiceError && error.code === 'UNAUTHORIZED')
        throw new SluiceError('STORE_UNAVAILABLE', error.message);
      throw error;
    }
  },
});

export type ModelActivities = ReturnType<typeof createModelActivities>;

/** One for all attempts of a call. */
function ownId(): string {
  const { workflowExecution, activityId } = Context.current().info;
  return `${workflowExecution?.workflowId}/${workflowExecution?.runId}/${activityId}`;
}
