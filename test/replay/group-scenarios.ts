import { newStart } from '../../src/client/new-start.js';
import { dequeue, enqueue, untilStarted } from '../../src/client/queue.js';
import type { GroupStatus } from '../../src/domain/group-state.js';
import { groupOf, PHASES, startOn, statuses, type Wave } from '../workflow/groups.js';
import { type Stage, spec, type World } from '../workflow/harness.js';

interface Context {
  readonly stage: Stage;
  readonly world: World;
  /** Service, or name of the group, and task queue. */
  readonly name: string;
}

/** One course that a group or a queue can take. Each has a recorded history. */
export interface GroupScenario {
  readonly name: string;
  /** Takes it to its end. @returns the id of the workflow whose history stands for it */
  readonly play: (context: Context) => Promise<string>;
}

type Group = Awaited<ReturnType<typeof startOn>>;

/** A group that ends like this; the service `<name>-bad` fails. */
function group(
  waves: readonly Wave[],
  rest: Record<string, unknown>,
  ending: GroupStatus,
  drive: (group: Group) => Promise<unknown> = async () => undefined,
): GroupScenario['play'] {
  return async ({ stage, world, name }) => {
    world.guardrail = ({ service }) => (service === `${name}-bad` ? 'fail' : 'pass');
    const started = await startOn(stage, groupOf(name, waves, rest));
    await drive(started);
    const { status, reason } = await started.result();
    if (status !== ending) throw new Error(`${name} ended ${status} (${reason}), not ${ending}`);
    return started.workflowId;
  };
}

const held = (started: Group) => started.until(({ status }) => status === 'waiting');
const approved = async (started: Group) => {
  await held(started);
  await started.ask('approve');
};

async function queueInOrder({ stage, name }: Context): Promise<string> {
  const { client } = stage.temporal;
  const first = await stage.start(spec(PHASES.long, name), name);
  const starts = await Promise.all([1, 2, 3].map(() => newStart(spec(PHASES.short, name), 'bob', null)));
  for (const start of starts) await enqueue(client, { start }, name);
  await dequeue(client, name, starts[0]?.rolloutId ?? '');
  await first.handle.cancel();
  await untilStarted(client, name, starts[2]?.rolloutId ?? '', { timeoutMs: 60_000, intervalMs: 100 });
  return endedQueue(stage, name);
}

async function queueSuperseded({ stage, name }: Context): Promise<string> {
  const { client } = stage.temporal;
  await stage.start(spec(PHASES.long, name), name);
  const [waiting, start] = await Promise.all([1, 2].map(() => newStart(spec(PHASES.short, name), 'bob', null)));
  if (!waiting || !start) throw new Error('two were asked for');
  await enqueue(client, { start: waiting }, name);
  const supersede = { decisionId: 'd1', actor: 'bob', reason: 'a fix', to: start.rolloutId };
  const { dropped } = await enqueue(client, { start, supersede }, name);
  if (dropped.length !== 1) throw new Error(`${dropped.length} were dropped, not 1`);
  await untilStarted(client, name, start.rolloutId, { timeoutMs: 60_000, intervalMs: 100 });
  return endedQueue(stage, name);
}

async function endedQueue({ temporal }: Stage, name: string): Promise<string> {
  const workflowId = `rollout-queue/${name}`;
  await temporal.client.workflow.getHandle(workflowId).result();
  await temporal.client.workflow.getHandle(`rollout/${name}`).result();
  return workflowId;
}

const APPROVAL = { approval: { timeout: '1h' } };

export const GROUP_SCENARIOS: readonly GroupScenario[] = [
  {
    name: 'group-promoted',
    play: group(
      [{ members: { a: 'short' }, barrier: 'cutover', pause: APPROVAL }, { members: { b: 'short', c: 'short' } }],
      { maxParallel: 1 },
      'promoted',
      approved,
    ),
  },
  {
    name: 'group-failed',
    play: group([{ members: { a: 'long', bad: 'short' } }, { members: { later: 'short' } }], {}, 'failed'),
  },
  {
    name: 'group-held-then-approved',
    play: group(
      [{ members: { bad: 'short' }, pause: { duration: '50ms' } }, { members: { b: 'short' } }],
      { onFailure: 'hold' },
      'partial',
      approved,
    ),
  },
  {
    name: 'group-continued',
    play: group([{ members: { bad: 'short' } }, { members: { b: 'short' } }], { onFailure: 'continue' }, 'partial'),
  },
  {
    name: 'group-aborted',
    play: group([{ members: { a: 'long' } }], {}, 'aborted', async (started) => {
      await started.until((state) => statuses(state)['a'] === 'running');
      await started.ask('abort');
    }),
  },
  { name: 'queue-in-order', play: queueInOrder },
  { name: 'queue-superseded', play: queueSuperseded },
];
