import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { QueueActivities } from '../activities/index.js';
import type { Enqueued, QueueState } from '../src/domain/queue-state.js';
import { versionsOf } from '../src/domain/rollout-start.js';
import { text } from './details.js';
import { dequeueUpdate, type EnqueueRequest, enqueueUpdate, queueQuery } from './messages.js';
import { enqueueRefusal, type Queue, type QueueEntry, refusedBecause } from './queue-entries.js';
import { causeOf, now } from './run.js';

/** What starts a queue. Entries are given by continue-as-new only. */
export interface QueueInput {
  readonly service: string;
  readonly entries: readonly QueueEntry[];
}

/** It is started together with its first entry; one that was started by hand, without any, ends after this. */
const FIRST_ENTRY = '1m';

const { startIfIdle } = proxyActivities<QueueActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 1.2, maximumInterval: '10s' },
});
/** Nothing depends on how the wait ends, so a cancelled one is not waited for. */
const { untilIdle } = proxyActivities<QueueActivities>({
  startToCloseTimeout: '12h',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '1s', maximumInterval: '10s' },
});
/** Somebody waits for the answer. */
const { askToGiveWay } = proxyActivities<QueueActivities>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '1m',
  retry: { initialInterval: '1s' },
});

/** Rollouts of one service that wait for their turn, first in, first out. Ends when it is empty. */
export async function rolloutQueue({ service, entries }: QueueInput): Promise<void> {
  const queue: Queue = { service, entries: [...entries], starting: null, givesWay: false };
  setHandler(queueQuery, () => viewOf(queue));
  setHandler(enqueueUpdate, (request) => enqueue(queue, request), {
    validator: (request) => refuseWhere(enqueueRefusal(queue, request)),
  });
  setHandler(dequeueUpdate, (rolloutId) => dequeue(queue, rolloutId), {
    validator: (rolloutId) => refuseWhere(dequeueRefusal(queue, rolloutId)),
  });
  await condition(() => queue.entries.length > 0, FIRST_ENTRY);
  for (;;) {
    // Who is being asked to give way must not be somebody who has just been started.
    await condition(() => !queue.givesWay);
    show(queue);
    const [head] = queue.entries;
    const shouldContinueAsNew = workflowInfo().continueAsNewSuggested;
    if (head !== undefined && !shouldContinueAsNew) await serve(queue, head);
    else {
      await condition(allHandlersFinished);
      // One may have come while they finished.
      if (queue.entries.length === 0) return;
      if (shouldContinueAsNew) await continueAsNew<typeof rolloutQueue>({ service, entries: queue.entries });
    }
  }
}

/** Starts the next one, or waits until that may have become possible. */
async function serve(queue: Queue, head: QueueEntry): Promise<void> {
  const { rolloutId } = head.start;
  queue.starting = rolloutId;
  const run = await startIfIdle(head.start).catch((error: unknown) => {
    // What no retry mends must not hold up those behind it.
    log.error(`${rolloutId} is dropped, it can't be started: ${causeOf(error)}`);
    return 'dropped';
  });
  queue.starting = null;
  if (run !== null) return remove(queue, rolloutId);
  const waiting = new CancellationScope();
  const isOther = () => queue.givesWay || queue.entries[0] !== head || workflowInfo().continueAsNewSuggested;
  await waiting.run(() =>
    Promise.race([
      untilIdle.executeWithOptions({ summary: `until ${queue.service} is free` }, [queue.service]),
      condition(isOther),
    ]),
  );
  waiting.cancel();
}

async function enqueue(queue: Queue, { start, supersede }: EnqueueRequest): Promise<Enqueued> {
  const { rolloutId } = start;
  let dropped: readonly QueueEntry[] = [];
  if (positionOf(queue, rolloutId) === 0) {
    const entry = { start, enqueuedAt: now() };
    if (supersede === undefined) queue.entries = [...queue.entries, entry];
    else dropped = await takeOver(queue, entry, supersede);
  }
  show(queue);
  return { position: positionOf(queue, rolloutId), dropped: dropped.map((entry) => entry.start.rolloutId) };
}

/** Lets an entry take the place of what runs and of what waited before. @returns what will not run */
async function takeOver(
  queue: Queue,
  entry: QueueEntry,
  request: NonNullable<EnqueueRequest['supersede']>,
): Promise<readonly QueueEntry[]> {
  await condition(() => !queue.givesWay);
  queue.givesWay = true;
  const before = [...queue.entries];
  try {
    await condition(() => queue.starting === null);
    await askToGiveWay.executeWithOptions({ summary: `${entry.start.rolloutId} takes over` }, [queue.service, request]);
    const dropped = before.filter((one) => queue.entries.includes(one));
    queue.entries = [entry, ...queue.entries.filter((one) => !before.includes(one))];
    return dropped;
  } catch (error) {
    throw refusedBecause(error);
  } finally {
    queue.givesWay = false;
  }
}

function remove(queue: Queue, rolloutId: string): void {
  queue.entries = queue.entries.filter(({ start }) => start.rolloutId !== rolloutId);
  show(queue);
}

async function dequeue(queue: Queue, rolloutId: string): Promise<void> {
  // The one that is being started may be on its way already, or turn out to have to wait.
  await condition(() => queue.starting !== rolloutId);
  refuseWhere(dequeueRefusal(queue, rolloutId));
  remove(queue, rolloutId);
}

function dequeueRefusal(queue: Queue, rolloutId: string): string | null {
  return positionOf(queue, rolloutId) > 0 ? null : `${rolloutId} does not wait in the queue of ${queue.service}`;
}

/** Counted from 1; 0 where it is not in the queue. */
function positionOf(queue: Queue, rolloutId: string): number {
  return queue.entries.findIndex(({ start }) => start.rolloutId === rolloutId) + 1;
}

function refuseWhere(refusal: string | null): void {
  if (refusal !== null) throw refusedBecause(refusal);
}

function viewOf({ service, entries }: Queue): QueueState {
  return {
    service,
    entries: entries.map(({ start, enqueuedAt }) => ({
      rolloutId: start.rolloutId,
      versions: versionsOf(start),
      startedBy: start.startedBy,
      enqueuedAt,
    })),
  };
}

function show(queue: Queue): void {
  const { service, entries } = viewOf(queue);
  const rows = entries.map(
    (entry, index) =>
      `| ${index + 1} | ${text(entry.rolloutId)} | ${text(entry.versions)} | ${text(entry.startedBy)} | ${entry.enqueuedAt} |`,
  );
  const table = ['| | rollout | versions | by | since |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
  setCurrentDetails(
    `### ${entries.length} wait for ${service}\n\n${table}\n\n\`\`\`\nsluice dequeue ${service} <rollout>\n\`\`\``,
  );
}
