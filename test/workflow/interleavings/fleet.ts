import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { updateInTime } from '../../../src/client/update.js';
import type { RolloutState } from '../../../src/domain/rollout-state.js';
import { freshNames, type Stage, type World } from '../harness.js';
import { type Dock, WideWorld } from './dock.js';
import { heardIn } from './heard.js';
import { type Course, faultsOf } from './model.js';
import { serviceOf, specOf } from './plans.js';
import { type Message, type Program, ROUNDS, type Round } from './programs.js';

type Started = Awaited<ReturnType<Stage['start']>>;
type Answer = 'accepted' | 'refused' | 'gone';

/** A rollout of a program, on its way. */
interface Ship {
  readonly program: Program;
  readonly service: string;
  readonly rollout: Started;
  /** What became of each message, in the order in which they were sent; signals are not answered. */
  readonly answers: { readonly message: Message; readonly answer: Promise<Answer | null> }[];
}

/** What came of a program. */
export interface Voyage {
  readonly program: Program;
  readonly faults: readonly string[];
  /** What two runs of the same program must agree on. */
  readonly end: string;
  readonly history: History;
  readonly workflowId: string;
}

/** Longer than an update takes to arrive: so that two come in the order in which they were sent. */
const APART_MS = 25;
const QUIET_MS = 200;
const LONGEST_MS = 60_000;
const fresh = freshNames('interleaving');

/** Runs programs side by side on one worker, which is stopped and started between their rounds. @returns one voyage for each, two for a twin */
export async function sail(dock: Dock, programs: readonly Program[]): Promise<Voyage[]> {
  const queue = fresh();
  const world = new WideWorld();
  const ships = await Promise.all(
    programs
      .flatMap((program) => (program.isTwin ? [program, program] : [program]))
      .map((program) => launch(dock.stage, program, queue)),
  );
  for (let index = 0; index < ROUNDS; index += 1) {
    await eachShip(ships, (ship, { down }) => sendAll(ship, down, false), index);
    await dock.run(world, queue, async () => {
      await eachShip(ships, (ship, { live }) => sendAll(ship, live, true), index);
      await settled(world, ships);
    });
  }
  return dock.run(world, queue, () => Promise.all(ships.map((ship) => land(world, ship))));
}

async function launch(stage: Stage, program: Program, queue: string): Promise<Ship> {
  const service = serviceOf(program.plan, fresh());
  const rollout = await stage.start(specOf(program.plan, service), queue);
  return { program, service, rollout, answers: [] };
}

async function eachShip(ships: readonly Ship[], send: (ship: Ship, round: Round) => Promise<void>, index: number) {
  await Promise.all(
    ships.map(async (ship) => {
      const round = ship.program.rounds[index];
      if (round) await send(ship, round);
    }),
  );
}

/** @param isAnswered whether a worker runs: an update is waited for then */
async function sendAll(ship: Ship, messages: readonly Message[], isAnswered: boolean): Promise<void> {
  for (const message of messages) {
    const answer = send(ship.rollout, message);
    ship.answers.push({ message, answer });
    if (isAnswered || message.via === 'signal') await answer;
    else await sleep(APART_MS);
  }
}

async function send({ handle }: Started, message: Message): Promise<Answer | null> {
  try {
    if (message.name === 'alert') await handle.signal('alert', message.alert);
    else if (message.via === 'signal') await handle.signal(message.name, message.request);
    else {
      const { name, request } = message;
      const update = { args: [request] as [typeof request], updateId: request.decisionId };
      await updateInTime(handle.client, () => handle.executeUpdate(name, update), LONGEST_MS);
      return 'accepted';
    }
    return null;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return 'refused';
    // It had ended, or ended in the task that would have taken the update.
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}

/** Waits until nothing is left to do but what waits for people or for an hour: twice the same, and only watches under way. */
async function settled(world: WideWorld, ships: readonly Ship[]): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  let before = ships.map(() => '');
  for (;;) {
    await world.untilQuiet(QUIET_MS);
    const now = await Promise.all(ships.map((ship) => restOf(world, ship)));
    if (now.every((rest, index) => rest !== '' && rest === before[index])) return;
    const restless = now.indexOf('');
    if (performance.now() > deadline) throw new Error(`${ships[restless]?.service} never comes to rest`);
    before = now;
    await sleep(QUIET_MS);
  }
}

/** Whether a short time is running out: a timer is nothing that a server tells of. */
function isDue(world: World, { service }: Ship): boolean {
  const state = world.states.findLast((one) => one.service === service);
  // What is paused stays as long as the pause does.
  const until = state?.paused ? state.paused.until : state?.waiting?.until;
  return until != null && Date.parse(until) < Date.now() + LONGEST_MS;
}

/** @returns how far it has come; empty while it goes on by itself */
async function restOf(world: World, ship: Ship): Promise<string> {
  const { raw, historyLength, status } = await ship.rollout.handle.describe();
  if (status.name !== 'RUNNING') return status.name;
  if (isDue(world, ship)) return '';
  const { pendingActivities, pendingWorkflowTask } = raw;
  const isIdle =
    !pendingWorkflowTask &&
    (pendingActivities ?? []).every(
      ({ activityType, state }) => activityType?.name?.startsWith('watch') && isStarted(state),
    );
  return isIdle ? String(historyLength) : '';
}

/** Started, or told to end, which it hears at its next heartbeat; nobody waits for that. The enum is no export of our dependencies. */
const isStarted = (state: unknown) => state === 2 || state === 3;

/** Ends what still runs, and looks at all of it. */
async function land(world: World, ship: Ship): Promise<Voyage> {
  const { program, rollout, service, answers } = ship;
  const final = { decisionId: 'final', actor: 'bob', reason: '[final]' };
  const via = program.isTwin || program.rounds[0]?.down.length === 0 ? 'signal' : 'update';
  await sendAll(ship, [{ name: 'abort', via, request: final }], true);
  const result = await within(rollout.result(), `${service} does not end after an abort`);
  const history = await rollout.handle.fetchHistory();
  const answered = await Promise.all(answers.map(async ({ message, answer }) => ({ message, answer: await answer })));
  const course: Course = {
    spec: specOf(program.plan, service),
    result,
    heard: heardIn(history),
    routes: world.routes.filter((route) => route.service === service),
    decisions: world.decisions.filter((decision) => decision.rolloutId === rollout.rolloutId),
    refused: refusedIn(answered),
  };
  return {
    program,
    faults: faultsOf(course),
    end: endOf(course, result),
    history,
    workflowId: rollout.workflowId,
  };
}

function endOf({ routes }: Course, { status, owner }: RolloutState): string {
  const traffic = routes.map(({ candidate, weightPercent, baseline }) =>
    candidate ? weightPercent : baseline.version,
  );
  return `${status}, owned by ${owner}: ${traffic.join(', ')}`;
}

/** Ids that only came as updates, none of which was taken. */
function refusedIn(answered: readonly { message: Message; answer: Answer | null }[]): string[] {
  const ids = new Map<string, boolean>();
  for (const { message, answer } of answered) {
    if (message.name === 'alert') continue;
    const { decisionId } = message.request;
    ids.set(decisionId, (ids.get(decisionId) ?? true) && answer === 'refused');
  }
  return [...ids].flatMap(([id, isRefused]) => (isRefused ? [id] : []));
}

async function within<T>(promise: Promise<T>, words: string): Promise<T> {
  const late = new AbortController();
  const timeout = sleep(LONGEST_MS, undefined, { signal: late.signal }).then(() => Promise.reject(new Error(words)));
  timeout.catch(() => undefined);
  return Promise.race([promise, timeout]).finally(() => late.abort());
}
