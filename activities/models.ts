import { Context } from '@temporalio/activity';
import type { AliasChange } from '../src/domain/model-version.js';
import type { ModelRegistry } from '../src/ports/model-registry.js';
import { assertName } from '../src/registry/names.js';
import { resolveVersion } from '../src/registry/resolve.js';

export interface ModelDeps {
  readonly models: ModelRegistry;
}

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

export const createModelActivities = ({ models }: ModelDeps) => ({
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
});

export type ModelActivities = ReturnType<typeof createModelActivities>;

/** One for all attempts of a call. */
function ownId(): string {
  const { workflowExecution, activityId } = Context.current().info;
  return `${workflowExecution?.workflowId}/${workflowExecution?.runId}/${activityId}`;
}
