import { cutText } from '../../domain/cut-text.js';
import type { ResourceTarget } from '../../domain/spec/monitors/resources.js';
import type { PromVectorQuery } from '../../ports/prom-query.js';
import { instanceLabel, resourceQueries } from './prom-queries.js';
import { measured, type ResourceReading, type TargetReading, unmeasured } from './reading.js';

/** Of one target; further ones are not looked at, and that is said. */
const MOST_INSTANCES = 500;
const LONGEST_NAME = 200;

/** Asks for all resources of a target at once. @throws the signal's reason */
export async function readFromPrometheus(
  target: ResourceTarget,
  promVector: PromVectorQuery | null,
  at: string,
  signal: AbortSignal,
): Promise<TargetReading> {
  const queries = Object.entries(resourceQueries(target));
  const by = target.prometheus === undefined ? '' : instanceLabel(target.prometheus);
  const read = await Promise.all(
    queries.map(async ([resource, query]) => [resource, await readOne(promVector, query, by, at, signal)] as const),
  );
  return Object.fromEntries(read);
}

async function readOne(
  promVector: PromVectorQuery | null,
  query: string,
  by: string,
  at: string,
  signal: AbortSignal,
): Promise<ResourceReading> {
  if (promVector === null) return unmeasured('this worker knows no Prometheus');
  const answer = await promVector(query, new Date(at), signal);
  if (answer.kind !== 'series') return unmeasured(`Prometheus: ${answer.kind}: ${answer.why}`);
  const all = [...answer.series, ...answer.unread];
  if (all.length > MOST_INSTANCES) return unmeasured(`${all.length} series, at most ${MOST_INSTANCES} are looked at`);
  const instances = new Map<string, number>();
  const unread = new Map<string, string>();
  for (const { labels, ...read } of all) {
    const label = labels[by];
    if (label === undefined) return unmeasured(`a series has no label ${by}`);
    const name = plain(label);
    if (instances.has(name) || unread.has(name)) return unmeasured(`several series of ${by} ${name}`);
    if ('why' in read) unread.set(name, read.why);
    else if (read.value < 0) unread.set(name, `${read.value} is no share`);
    else instances.set(name, read.value);
  }
  return measured(instances, unread);
}

/** Labels are somebody else's text, and end in messages. */
function plain(text: string): string {
  return cutText(text.replace(/\p{Cc}+/gu, ' '), LONGEST_NAME);
}
