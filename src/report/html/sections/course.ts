import { PHASE_TITLES } from '../../../domain/phase.js';
import type { DecisionLine, Report, ReportedIncident } from '../../../domain/report.js';
import { weightChart } from '../../figures/weights.js';
import { lengthText } from '../../format.js';
import { plain } from '../../plain.js';
import type { Draw } from '../figure.js';
import { html, type Markup } from '../markup.js';
import { table } from '../table.js';
import { section, statusMark, timeMark, verdictMark } from '../words.js';

/** What it came to, in the words of who decided. */
export function summary({ rollout, generatedAt }: Report): Markup {
  const { service, baseline, candidate, status, reason, owner, startedBy, rolloutId, retryOf } = rollout;
  const facts: readonly (readonly [string, Markup | string])[] = [
    ['rollout', `${rolloutId}${retryOf === null ? '' : `, a new attempt of ${retryOf}`}`],
    ['owner', plain(owner)],
    ['started by', startedBy === null ? 'as given: not proven' : plain(startedBy)],
    ['started', html`${timeMark(rollout.startedAt)}`],
    ['newest change', html`${timeMark(rollout.updatedAt)}, after ${lengthText(rollout.startedAt, rollout.updatedAt)}`],
    ['verdict', verdictMark(rollout.verdict)],
    ['candidate’s weight', `${rollout.weightPercent} %, shadow ${rollout.shadowPercent} %, epoch ${rollout.epoch}`],
    ['report made', html`${timeMark(generatedAt)}; all times are UTC`],
  ];
  return html`<header><h1>${plain(service)}: ${plain(baseline)} → ${plain(candidate)} is ${statusMark(status)}</h1>
<p class="lead">${plain(reason, 1000)}</p><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl></header>`;
}

export function phases({ phases: all }: Report): Markup {
  return section('phases', 'Phases', { data: all, note: null }, () =>
    table(
      'Phases in their order',
      [
        { name: 'phase', cell: ({ phase }) => PHASE_TITLES[phase] },
        { name: 'status', cell: ({ status }) => status },
        { name: 'began', cell: ({ startedAt }) => timeMark(startedAt) },
        {
          name: 'took',
          cell: ({ startedAt, endedAt }) =>
            startedAt === null || endedAt === null ? '–' : lengthText(startedAt, endedAt),
        },
        { name: 'found', isLong: true, cell: ({ note }) => plain(note, 1000) },
      ],
      all,
    ),
  );
}

export function decisions({ decisions: lines }: Report): Markup {
  return section('decisions', 'Decisions', lines, (data) =>
    table<Repeated>(
      `${data.length} decisions, oldest first; equal ones in a row stand together`,
      [
        {
          name: 'no.',
          isNumber: true,
          cell: ({ line, last }) => (last === line ? line.sequence : `${line.sequence}–${last.sequence}`),
        },
        {
          name: 'time',
          cell: ({ line, last }) => [timeMark(line.at), last === line ? '' : html` until ${timeMark(last.at)}`],
        },
        { name: 'who', cell: ({ line }) => whoOf(line) },
        { name: 'what', cell: ({ line, times }) => `${line.action}${times === 1 ? '' : ` (${times} times)`}` },
        { name: 'phase', cell: ({ line }) => line.phase },
        { name: 'weight', isNumber: true, cell: ({ line }) => `${line.weightPercent} %` },
        { name: 'why', isLong: true, cell: ({ line }) => plain(line.reason, 1000) },
      ],
      repeated(data),
    ),
  );
}

interface Repeated {
  readonly line: DecisionLine;
  readonly last: DecisionLine;
  readonly times: number;
}

function repeated(lines: readonly DecisionLine[]): Repeated[] {
  const rows: Repeated[] = [];
  for (const line of lines) {
    const row = rows.at(-1);
    if (row !== undefined && isSame(row.line, line))
      rows[rows.length - 1] = { ...row, last: line, times: row.times + 1 };
    else rows.push({ line, last: line, times: 1 });
  }
  return rows;
}

function isSame(a: DecisionLine, b: DecisionLine): boolean {
  const keys = ['action', 'actor', 'subject', 'source', 'phase', 'weightPercent', 'reason'] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** A rule, or a person: with what is proven, or a word that nothing is. */
function whoOf({ actor, subject, source }: DecisionLine): string {
  if (source === 'rule') return plain(actor);
  return `${plain(actor)} (${source}; ${subject === undefined ? 'name as given' : `proven: ${plain(subject)}`})`;
}

export function weights({ weights: points, phases: all }: Report, draw: Draw): Markup {
  return section('weights', 'Weight over time', points, (data) => draw(weightChart(data, all)));
}

export function incidents({ incidents: found, rollout }: Report): Markup {
  return section('incidents', 'Incidents', found, (data) =>
    table<ReportedIncident>(
      `Incidents of ${rollout.service} in this time, newest first`,
      [
        { name: 'opened', cell: ({ openedAt }) => timeMark(openedAt) },
        { name: 'ended', cell: ({ resolvedAt }) => (resolvedAt === null ? 'not yet' : timeMark(resolvedAt)) },
        { name: 'severity', cell: ({ severity }) => verdictMark(severity) },
        { name: 'what', isLong: true, cell: ({ title }) => plain(title, 400) },
        {
          name: 'blamed on',
          cell: ({ cause, version }) => [cause ?? 'unknown', version === null ? '' : ` (${plain(version)})`],
        },
        { name: 'id', cell: ({ id, status, isOwn }) => `${id}, ${status}${isOwn ? ', of this rollout' : ''}` },
      ],
      data,
    ),
  );
}
