import type { Barrier } from '../../src/domain/group-state.js';
import type { RolloutStart } from '../../src/domain/rollout-start.js';
import type { GroupSpec } from '../../src/domain/spec/group-spec.js';

/** What starts a group: its spec, with the rollouts in place of their files. */
export interface GroupInput extends Pick<GroupSpec, 'name' | 'owner' | 'onFailure' | 'maxParallel'> {
  readonly groupId: string;
  readonly startedBy: string;
  readonly waves: readonly GroupWaveInput[];
}

export interface GroupWaveInput {
  readonly name: string;
  readonly barrier: Barrier;
  /** Between this wave and the next. */
  readonly pause?: GroupSpec['waves'][number]['pause'];
  readonly members: readonly RolloutStart[];
}
