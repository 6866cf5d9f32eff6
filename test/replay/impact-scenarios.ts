import type { ImpactState } from '../../src/domain/impact-state.js';
import type { GroupScenario } from './group-scenarios.js';

/** A plan as specs had it when there was one look, at the end. */
const OLD_PLAN = { metrics: ['accuracy'], before: 1000, after: 50 };

/** An analysis on its own, without the rollout before it. @param drive what happens to it until it ends */
function observation(
  plan: Record<string, unknown>,
  ending: ImpactState['status'],
  prepare: (world: Parameters<GroupScenario['play']>[0]['world']) => void = () => undefined,
): GroupScenario['play'] {
  return async ({ stage, world, name }) => {
    prepare(world);
    const { workflow } = stage.temporal.client;
    const workflowId = `impact/${name}/r1`;
    const now = new Date().toISOString();
    const input = {
      rolloutId: 'r1',
      service: name,
      baseline: 'v1',
      candidate: 'v2',
      plan: { ...OLD_PLAN, ...plan },
      startedAt: now,
      cutoverAt: now,
    };
    const state = await workflow.execute('impact', { workflowId, taskQueue: name, args: [input] });
    const { status } = state as ImpactState;
    if (status !== ending) throw new Error(`${name} ended ${status}, not ${ending}`);
    return workflowId;
  };
}

export const IMPACT_SCENARIOS: readonly GroupScenario[] = [
  // Recorded before there were several looks.
  { name: 'impact-once', play: observation({}, 'done') },
  { name: 'impact-of-three-looks', play: observation({ after: 300, every: 100 }, 'done') },
  {
    name: 'impact-harmed-with-holdback',
    play: observation({ after: 200, every: 100, holdback: 2, onHarm: 'rollback' }, 'done', (world) => {
      world.impactSays = () => 'harmed';
    }),
  },
];
