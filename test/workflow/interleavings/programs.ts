import fc from 'fast-check';
import type { Alert } from '../../../src/domain/alert.js';
import type { Command, CommandRequest } from '../../../src/domain/decision.js';
import { HAS_SHORT_TIMES, PLAN_NAMES, type Plan } from './plans.js';

type Via = 'update' | 'signal';

/** What is sent to a rollout. The same id again is the same decision. */
export type Message =
  | { readonly name: Command; readonly via: Via; readonly request: CommandRequest }
  | { readonly name: 'alert'; readonly via: 'signal'; readonly alert: Alert };

/** What is sent while no worker runs, all of which comes in one workflow task; then what is sent while one does. */
export interface Round {
  readonly down: readonly Message[];
  readonly live: readonly Message[];
}

export interface Program {
  readonly plan: Plan;
  /** The worker is stopped between them. */
  readonly rounds: readonly Round[];
  /** Run twice, to the same end: only where time moves nothing, by signals while no worker runs. When an update comes is anybody's guess. */
  readonly isTwin: boolean;
}

export const ROUNDS = 2;

const plain = (name: Command) => fc.constant({ name });
const ask = fc.oneof(
  { weight: 8, arbitrary: plain('approve') },
  { weight: 6, arbitrary: plain('promote') },
  { weight: 2, arbitrary: plain('promote-full') },
  { weight: 3, arbitrary: plain('pause') },
  { weight: 4, arbitrary: plain('resume') },
  { weight: 1, arbitrary: plain('reject') },
  { weight: 1, arbitrary: plain('abort') },
  { weight: 1, arbitrary: plain('rollback') },
  { weight: 2, arbitrary: fc.constant({ name: 'extend' as const, forMs: 3_600_000 }) },
  { weight: 1, arbitrary: fc.constant({ name: 'set-owner' as const, to: 'carol' }) },
  { weight: 3, arbitrary: fc.record({ name: fc.constant('jump' as const), step: fc.integer({ min: -1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      name: fc.constant('set-weight' as const),
      weightPercent: fc.constantFrom(0, 0.01, 5, 10, 15, 20, 30, 45, 60, 70, 100, 101),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      name: fc.constant('alert' as const),
      severity: fc.constantFrom('critical', 'warning', 'warning', 'info'),
      status: fc.constantFrom('firing' as const, 'firing' as const, 'resolved' as const),
    }),
  },
);

const sending = fc.record({
  ask,
  via: fc.constantFrom<Via>('update', 'signal'),
  /** Instead of something new, what was sent before, so many messages back. */
  repeat: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 5, nil: null }),
});
type Sending = typeof sending extends fc.Arbitrary<infer T> ? T : never;

const round = fc.record({
  down: fc.array(sending, { maxLength: 6 }),
  live: fc.array(sending, { maxLength: 3 }),
});

export const program: fc.Arbitrary<Program> = fc
  .record({
    plan: fc.constantFrom(...PLAN_NAMES),
    rounds: fc.array(round, { minLength: ROUNDS, maxLength: ROUNDS }),
    isChosen: fc.integer({ min: 1, max: 3 }).map((third) => third === 1),
  })
  .map(({ plan, rounds, isChosen }) => {
    const isTwin = isChosen && !HAS_SHORT_TIMES[plan];
    const sent: Message[] = [];
    const messages = (list: readonly Sending[]) =>
      list.map((one) => {
        sent.push(messageOf(one, sent));
        return sent.at(-1) as Message;
      });
    return {
      plan,
      isTwin,
      rounds: rounds.map(({ down, live }) => ({
        down: messages(isTwin ? down.map((one) => ({ ...one, via: 'signal' })) : down),
        live: isTwin ? [] : messages(live),
      })),
    };
  });

function messageOf({ ask, via, repeat }: Sending, before: readonly Message[]): Message {
  const earlier = repeat === null ? undefined : before.at(-repeat);
  if (earlier !== undefined) return earlier.name === 'alert' ? earlier : { ...earlier, via };
  const id = `d${before.length}`;
  if (ask.name !== 'alert') {
    const { name, ...more } = ask;
    return { name, via, request: { decisionId: id, actor: 'bob', reason: `[${id}]`, ...more } };
  }
  const { severity, status } = ask;
  // Alerts of a severity are one alert, so that a resolved one may fit a firing one.
  const labels = { alertname: `A-${severity}`, severity };
  return { name: 'alert', via: 'signal', alert: { id: severity, status, labels, summary: '' } };
}

export function describeProgram({ plan, rounds, isTwin }: Program): string {
  const words = (message: Message) =>
    message.name === 'alert'
      ? `alert ${message.alert.status} ${message.alert.id}`
      : `${message.via} ${message.name} ${Object.values(message.request).join(' ')}`;
  const lines = rounds.flatMap(({ down, live }, index) => [
    ...down.map((message) => `  ${index + 1} without a worker: ${words(message)}`),
    ...live.map((message) => `  ${index + 1} with a worker:    ${words(message)}`),
  ]);
  return [`plan ${plan}${isTwin ? ', twice' : ''}`, ...lines].join('\n');
}
