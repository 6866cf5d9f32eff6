import type { Decision } from '../domain/decision.js';
import { HOUR_MS } from '../domain/duration.js';
import type { Incident, IncidentEvent } from '../domain/incident.js';
import { metricUnit } from '../domain/metric.js';
import { formatQuantity } from '../domain/quantity.js';
import { hasEnded, type RolloutState } from '../domain/rollout-state.js';
import { markdownTable, plainText } from '../markdown/text.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import type { Store } from '../ports/store.js';

/** All that is known of an incident and of what went on at the time. */
export interface PostMortem {
  readonly record: RecordedIncident;
  /** The rollout that was on its way, or that went back; null where there was none. */
  readonly rollout: RolloutState | null;
  readonly decisions: readonly Decision[];
  /** Other incidents of the service at the time, with their events. */
  readonly others: readonly RecordedIncident[];
}

/** What began so long before belongs to the story. */
const BEFORE_MS = HOUR_MS;
const MOST_OTHERS = 50;
const MOST_LINES = 500;
const MOST_ROLLOUTS = 50;

export async function gatherPostMortem(store: Store, record: RecordedIncident): Promise<PostMortem> {
  const { incident } = record;
  const rollout = await rolloutAt(store, incident);
  const began = rollout === null ? incident.openedAt : earliest(rollout.startedAt, incident.openedAt);
  const found = await store.incidents.incidents({
    active: false,
    service: incident.service,
    endedAfter: new Date(Date.parse(began) - BEFORE_MS).toISOString(),
    openedBefore: incident.resolved?.at ?? new Date().toISOString(),
    limit: MOST_OTHERS,
  });
  const others = await Promise.all(
    found.filter(({ id }) => id !== incident.id).map(({ id }) => store.incidents.incident(id)),
  );
  return {
    record,
    rollout,
    decisions: rollout === null ? [] : await store.decisions(rollout.rolloutId),
    others: others.filter((one) => one !== null),
  };
}

async function rolloutAt(store: Store, { rolloutId, service, openedAt, resolved }: Incident) {
  if (rolloutId !== null) return store.rollout(rolloutId);
  const ended = resolved?.at ?? new Date().toISOString();
  const states = await store.rollouts({ service, limit: MOST_ROLLOUTS });
  return states.find((s) => s.startedAt <= ended && (!hasEnded(s.status) || s.updatedAt >= openedAt)) ?? null;
}

interface Line {
  readonly at: string;
  readonly who: string;
  readonly text: string;
}

/** A skeleton in Markdown: what is known is filled in, what only people know is asked. */
export function renderPostMortem({ record, rollout, decisions, others }: PostMortem): string {
  const { incident } = record;
  const lines = [
    ...record.events.map((event) => ofEvent(event, '')),
    ...others.flatMap(({ incident: other, events }) => events.map((event) => ofEvent(event, other.id))),
    ...decisions.map(ofDecision),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const shown = lines.slice(0, MOST_LINES);
  const left = lines.length - shown.length;
  return [
    `# Post-mortem: ${plainText(incident.title)}`,
    table(['', ''], factsOf(incident, rollout)),
    '## Summary\n\n_What happened, and what users noticed, in three sentences._',
    `## Evidence\n\n${evidenceOf(incident, rollout)}`,
    `## Timeline\n\n${table(
      ['time', 'who', 'what'],
      shown.map(({ at, who, text }) => [at, who, text]),
    )}${left > 0 ? `\n\n${left} more lines are in the ledger.` : ''}`,
    `## Who was told\n\n${toldOf(record)}`,
    `## Other incidents of ${plainText(incident.service)} at the time\n\n${othersOf(others)}`,
    '## Why it happened\n\n_The causes, down to what we can change. No names._',
    '## What went well, what did not, where we were lucky\n\n- ',
    '## What we will do\n\n| what | who | until when |\n| --- | --- | --- |\n|  |  |  |',
  ].join('\n\n');
}

function factsOf(incident: Incident, rollout: RolloutState | null): string[][] {
  const { id, service, severity, cause, version, openedAt, acknowledged, resolved, sightings, source } = incident;
  const ended = resolved === null ? 'not yet' : `${resolved.at} by ${resolved.by}: ${resolved.reason}`;
  return [
    ['incident', `${id}, ${severity}, seen ${sightings === 1 ? 'once' : `${sightings} times`}, from ${source}`],
    ['service', service],
    ['blamed on', cause === 'version' && version !== null ? `version ${version}` : (cause ?? 'nothing yet')],
    ['began', openedAt],
    [
      'acknowledged',
      acknowledged === null ? 'never' : `${acknowledged.at} by ${acknowledged.by}: ${acknowledged.reason}`,
    ],
    ['ended', ended],
    ['lasted', resolved === null ? 'goes on' : `${seconds(openedAt, resolved.at)} s`],
    ...(rollout === null
      ? []
      : [
          ['rollout', `${rollout.rolloutId}: ${rollout.baseline} → ${rollout.candidate}, ${rollout.status}`],
          ['because', rollout.reason],
        ]),
  ];
}

function evidenceOf(incident: Incident, rollout: RolloutState | null): string {
  const own = incident.evidence.map((e) => row(e.what, e.message, [e.value, e.limit], e.samples));
  const guardrails = (rollout?.evidence ?? []).map((e) =>
    row(e.metric, `${e.verdict}: ${e.reason}`, [e.difference, e.margin], e.candidate.samples),
  );
  const rows = incident.source === 'rollback' ? guardrails : [...own, ...guardrails];
  return rows.length === 0 ? 'None was kept.' : table(['what', 'found', 'value', 'limit', 'samples'], rows);
}

function toldOf({ events }: RecordedIncident): string {
  const told = events.filter(({ kind }) => kind === 'told' || kind === 'not-told' || kind === 'signalled');
  if (told.length === 0) return 'Nobody, by Sluice.';
  return told.map(({ at, kind, text }) => `- ${at} ${kind}: ${plainText(text)}`).join('\n');
}

function othersOf(others: readonly RecordedIncident[]): string {
  if (others.length === 0) return 'None.';
  return others
    .map(({ incident: { id, openedAt, status, title } }) => `- ${openedAt} ${id} (${status}): ${plainText(title)}`)
    .join('\n');
}

function ofEvent({ at, by, kind, text }: IncidentEvent, incident: string): Line {
  return { at, who: by, text: `${incident === '' ? 'incident' : `incident ${incident}`} ${kind}: ${text}` };
}

function ofDecision({ at, actor, action, phase, weightPercent, reason }: Decision): Line {
  return { at, who: actor, text: `${action} (${phase}, ${weightPercent} %): ${reason}` };
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable(
    header,
    rows.map((cells) => cells.map(plainText)),
  );
}

function row(
  what: string,
  found: string,
  numbers: readonly [value: number | null, limit: number | null],
  samples: number | null,
): string[] {
  const [value, limit] = numbers.map((number) => formatQuantity(number, metricUnit(what)));
  return [what, found, value ?? '', limit ?? '', formatQuantity(samples, 'count')];
}

function seconds(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 1000);
}

function earliest(a: string, b: string): string {
  return Date.parse(a) < Date.parse(b) ? a : b;
}
