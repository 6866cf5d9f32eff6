import { useEffect, useState } from 'preact/hooks';
import { clock, duration } from '../format.js';

interface Clock {
  readonly watchers: Set<(now: number) => void>;
  timer: ReturnType<typeof setInterval> | null;
}

/** One for each rhythm, however many watch it: a list has a thousand times. */
const clocks = new Map<number, Clock>();

/** The time by this machine, again each `everyMs`. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => watch(everyMs, setNow), [everyMs]);
  return now;
}

/** @returns how to stop */
function watch(everyMs: number, watcher: (now: number) => void): () => void {
  const clock = clocks.get(everyMs) ?? { watchers: new Set(), timer: null };
  clocks.set(everyMs, clock);
  clock.watchers.add(watcher);
  clock.timer ??= setInterval(() => {
    for (const one of clock.watchers) one(Date.now());
  }, everyMs);
  return () => {
    clock.watchers.delete(watcher);
    if (clock.watchers.size > 0 || clock.timer === null) return;
    clearInterval(clock.timer);
    clock.timer = null;
  };
}

/** `3 min ago`, with the whole time in its title. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(10_000);
  return (
    <time dateTime={at} title={new Date(at).toLocaleString('en-GB')}>
      {duration(now - Date.parse(at))} ago
    </time>
  );
}

export function At({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at}>
      {clock(at)}
    </time>
  );
}

/** `4 min left`; `any moment` once it is due. */
export function Countdown({ until }: { readonly until: string }) {
  const left = Date.parse(until) - useNow();
  return (
    <time dateTime={until} title={`until ${new Date(until).toLocaleString('en-GB')}`}>
      {left <= 0 ? 'any moment' : `${duration(left)} left`}
    </time>
  );
}
