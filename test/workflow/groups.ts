import { readGroup, sendGroupCommand } from '../../src/client/group-commands.js';
import type { LoadedGroup } from '../../src/client/load-group.js';
import { startGroup } from '../../src/client/start-group.js';
import type { GroupCommand, GroupState } from '../../src/domain/group-state.js';
import { groupSpec } from '../../src/domain/spec/group-spec.js';
import type { RolloutSpecInput } from '../../src/domain/spec/rollout-spec.js';
import { type Stage, spec, type World } from './harness.js';

/** Rollouts as members of a group: soon over, never over, and over but for the time after the cutover. */
export const PHASES = {
  short: { canary: { steps: [{ setWeight: 10, bake: '20ms' }] } },
  long: { canary: { steps: [{ setWeight: 10, bake: '1h' }] } },
  warm: { canary: { steps: [{ setWeight: 10, bake: '20ms' }] }, cutover: { keepBaselineWarm: '1h' } },
} satisfies Record<string, Partial<RolloutSpecInput['phases']>>;

export interface Wave {
  members: Record<string, keyof typeof PHASES>;
  barrier?: 'promoted' | 'cutover';
  pause?: unknown;
}

/** A group whose waves hold rollouts of services with these names behind the group's own. */
export function groupOf(name: string, waves: readonly Wave[], rest: Record<string, unknown> = {}): LoadedGroup {
  const given = waves.map(({ members, barrier, pause }, index) => ({
    name: `wave-${index + 1}`,
    rollouts: Object.keys(members).map((service) => `${service}.yaml`),
    ...(barrier ? { barrier } : {}),
    ...(pause ? { pause } : {}),
  }));
  return {
    spec: groupSpec.parse({ sluice: 'group/v1', name, owner: 'ml-platform', waves: given, ...rest }),
    members: waves.map(({ members }) =>
      Object.entries(members).map(([service, kind]) => spec(PHASES[kind], `${name}-${service}`)),
    ),
  };
}

/** Starts a group whose name is its task queue's too. */
export async function startOn(stage: Stage, group: LoadedGroup) {
  const { client } = stage.temporal;
  const { name } = group.spec;
  const started = await startGroup(client, group, 'alice', { taskQueue: name });
  return {
    ...started,
    result: () => client.workflow.getHandle(started.workflowId).result() as Promise<GroupState>,
    ask: (command: GroupCommand, actor = 'bob') =>
      sendGroupCommand(client, name, command, { actor, reason: 'because' }),
    until: async (holds: (state: GroupState) => boolean): Promise<GroupState> => {
      const deadline = performance.now() + 30_000;
      for (;;) {
        const state = await readGroup(client, name);
        if (holds(state)) return state;
        if (performance.now() > deadline) throw new Error(`never came: ${JSON.stringify(state)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** The status of each member, by the short name of its service. */
export function statuses({ name, waves }: GroupState): Record<string, string> {
  const members = waves.flatMap((wave) => wave.members);
  return Object.fromEntries(members.map(({ service, status }) => [service.slice(name.length + 1), status]));
}

/** What a service's traffic came to. */
export function lastRoute(world: World, service: string): string {
  const route = world.routes.filter((one) => one.service === service).at(-1);
  return route === undefined ? 'none' : route.candidate ? `${route.weightPercent}` : `all ${route.baseline.version}`;
}
