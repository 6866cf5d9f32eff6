import { CancellationScope, condition, log, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Notice } from '../src/domain/notice.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import { courier } from './activity-proxies.js';
import { nameOfMove } from './aliases.js';
import { handedOn } from './errands.js';
import { outbox } from './outbox.js';
import { causeOf, type Run, update } from './run.js';
import { settled } from './settled.js';
import { summaryOf } from './summary.js';

/** How long an ending waits for what others have not been told yet; what is left then goes on without it. */
const GRACE = '10s';
/** Commands of this loop come after those of the phases and of the record, whatever ended first: see `settled`. */
const FIRST_TURN = 6;
const TURNS_APART = 3;
/** One activity's worth; a receiver that is slow must not make a giant of it. */
const MOST_AT_ONCE = 50;

/** Tells others in the background: nothing waits for them. Runs until the workflow ends. */
export function tellOthers(run: Run): void {
  for (const [index, errand] of run.errands.entries())
    void CancellationScope.nonCancellable(async () => {
      for (;;) {
        await condition(() => errand.notices.length > 0);
        await settled(FIRST_TURN + TURNS_APART * index);
        const notices = errand.notices.slice(0, MOST_AT_ONCE);
        await deliver(errand.target, notices);
        errand.notices.splice(0, notices.length);
      }
    });
}

/** What was refused for good is not sent again; a line of the ledger about it would be the next thing to be refused. */
async function deliver(target: NotifyTarget, notices: readonly Notice[]): Promise<void> {
  const summary = `tell ${nameOf(target)}: ${summaryOf(notices.map(({ event }) => event))}`;
  try {
    await courier.deliver.executeWithOptions({ summary }, [target, notices]);
  } catch (error) {
    log.warn(`not told: ${causeOf(error)}`);
  }
}

/** A little patience; then a workflow of its own goes on, so that the service is free for its next rollout. */
export async function handOver(run: Run): Promise<void> {
  const { moves } = run.aliases;
  const left = () => run.errands.filter(({ notices }) => notices.length > 0);
  const isDone = () => left().length === 0 && moves.length === 0;
  if (isDone() || (await condition(isDone, GRACE, { summary: 'others are told' }))) return;
  update(run, { pending: [...left().map(({ target }) => `tell ${nameOf(target)}`), ...moves.map(nameOfMove)] });
  const { service, rolloutId } = run.state;
  await startChild(outbox, {
    workflowId: `outbox/${service}/${rolloutId}`,
    args: [{ state: run.state, errands: handedOn(left()), ...(moves.length === 0 ? {} : { moves: moves.splice(0) }) }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${service}: what ${rolloutId} has left to tell`,
  });
}

/** Where a URL is a secret, or holds one, it must not stand in a summary. */
function nameOf(target: NotifyTarget): string {
  if ('slack' in target) return 'Slack';
  if ('openlineage' in target) return new URL(target.openlineage.url).host;
  return typeof target.webhook === 'string' ? new URL(target.webhook).host : target.webhook.urlRef;
}
