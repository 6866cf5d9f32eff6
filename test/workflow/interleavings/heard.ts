import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { Alert } from '../../../src/domain/alert.js';
import type { Command, CommandRequest } from '../../../src/domain/decision.js';
import type { Route } from '../../../src/domain/route.js';

type Event = NonNullable<History['events']>[number];
type Payloads = NonNullable<Event['workflowExecutionSignaledEventAttributes']>['input'];

/** What a history says, in its order: messages that came in, and routes that were asked for. */
export type Heard =
  | { readonly kind: 'task'; readonly at: number }
  | {
      readonly kind: 'command';
      readonly via: 'update' | 'signal';
      readonly name: Command;
      readonly request: CommandRequest;
    }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'route'; readonly route: Route };

/** A signal that is recorded while a task runs comes after its commands; so whatever stands behind a message was decided knowing it. */
export function heardIn({ events }: History): Heard[] {
  const resolved = new Set<string>();
  return heardOf(events).filter((one) => {
    if (one.kind !== 'alert') return true;
    if (one.alert.status === 'resolved') resolved.add(one.alert.id);
    // One that is over may still have been on its way: it is not listened to.
    return one.alert.status === 'resolved' || !resolved.has(one.alert.id);
  });
}

function heardOf(events: History['events']): Heard[] {
  return (events ?? []).flatMap((event): Heard[] => {
    const started = event.workflowTaskStartedEventAttributes;
    if (started) return [{ kind: 'task', at: millisOf(event.eventTime) }];
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal) return [message(signal.signalName, signal.input, 'signal')];
    const update = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
    if (update) return [message(update.name, update.args, 'update')];
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity?.activityType?.name === 'setTraffic')
      return [{ kind: 'route', route: first(activity.input) as Route }];
    return [];
  });
}

function message(name: string | null | undefined, input: Payloads, via: 'update' | 'signal'): Heard {
  const given = first(input);
  if (name === 'alert') return { kind: 'alert', alert: given as Alert };
  return { kind: 'command', via, name: name as Command, request: given as CommandRequest };
}

function first(payloads: Payloads): unknown {
  const data = payloads?.payloads?.[0]?.data;
  return data ? JSON.parse(Buffer.from(data).toString()) : null;
}

function millisOf(time: Event['eventTime']): number {
  return Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6);
}
