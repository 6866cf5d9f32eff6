import type { ResolvedModels, RolloutAliasMove } from '../../src/domain/rollout-models.js';
import type { RegistrySpec } from '../../src/domain/spec/registry.js';
import type { RolloutModelActivities } from '../workflow/harness.js';

export const REGISTRY: RegistrySpec = {
  champion: 'champion',
  challenger: 'challenger',
  required: true,
  verify: false,
};

const BASELINE = { id: `mv-${'1'.repeat(16)}`, digest: `sha256:${'1'.repeat(64)}` };
const CANDIDATE = { id: `mv-${'2'.repeat(16)}`, digest: `sha256:${'2'.repeat(64)}` };

/** A registry that knows two versions of any model. @param isAway it takes no moves */
export function registeredModels(isAway = false): RolloutModelActivities {
  return {
    resolveModels: async ({ service }): Promise<ResolvedModels> => ({
      model: service,
      baseline: BASELINE,
      candidate: CANDIDATE,
      champion: BASELINE.id,
      challenger: null,
      notes: [],
    }),
    moveRolloutAlias: async ({ changeId, model, alias, to, expected, why }: RolloutAliasMove) => {
      if (isAway) throw new Error('the registry is away');
      return { changeId, model, alias, from: expected, to, why, by: 'sluice', at: '2026-11-21T10:00:00.000Z' };
    },
  };
}
