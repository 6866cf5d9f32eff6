import { useEffect, useState } from 'preact/hooks';
import type { Decision } from '../../../src/domain/decision.js';
import { metricUnit } from '../../../src/domain/metric.js';
import type { Evidence } from '../../../src/domain/verdict.js';
import { allOf, api, asApiError } from '../data/api.js';
import { percent } from '../format.js';
import { useLive } from '../live/live.js';
import { WordBadge } from '../parts/badge.js';
import { Empty, Problem } from '../parts/notice.js';
import { Quantity } from '../parts/quantity.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { At } from '../parts/time.js';

const AT_ONCE = 200;
const SHOWN = 30;

/** Who or what decided, when, and on which numbers; newest first. */
export function Ledger({ rolloutId }: { readonly rolloutId: string }) {
  const { decisions, problem, reload } = useDecisions(rolloutId);
  const [shown, setShown] = useState(SHOWN);
  const newest = decisions?.toReversed();
  return (
    <Section title="Decisions" aside={decisions && <span class="faint">{decisions.length}</span>}>
      {problem !== null && <Problem message={`The ledger: ${problem}`} onRetry={reload} />}
      {newest?.length === 0 && <Empty>Nothing has been decided yet.</Empty>}
      {newest !== undefined && newest.length > 0 && (
        <Table
          caption="Decisions, newest first"
          columns={COLUMNS}
          rows={newest.slice(0, shown)}
          rowKey={({ sequence }) => String(sequence)}
        />
      )}
      {newest !== undefined && newest.length > shown && (
        <p class="more">
          <button type="button" onClick={() => setShown(newest.length)}>
            Show all {newest.length}
          </button>
        </p>
      )}
    </Section>
  );
}

/** All of them: a ledger is bounded, and a part of it would read as if it were the whole. */
function useDecisions(rolloutId: string) {
  const [decisions, setDecisions] = useState<readonly Decision[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const asked = new AbortController();
    readAll(rolloutId, asked.signal).then(
      (all) => {
        setDecisions((before) => merged(all, before ?? []));
        setProblem(null);
      },
      (error: unknown) => asked.signal.aborted || setProblem(asApiError(error).message),
    );
    return () => asked.abort();
  }, [rolloutId, turn]);
  useLive('decision', (decision) => {
    if (decision.rolloutId === rolloutId) setDecisions((before) => merged(before ?? [], [decision]));
  });
  useLive('reset', () => setTurn((last) => last + 1));
  return { decisions, problem, reload: () => setTurn((last) => last + 1) };
}

function readAll(rolloutId: string, signal: AbortSignal): Promise<Decision[]> {
  return allOf(
    (paging) => api.listDecisions(rolloutId, { limit: AT_ONCE, signal, ...paging }),
    ({ decisions }) => decisions,
  );
}

function merged(some: readonly Decision[], more: readonly Decision[]): readonly Decision[] {
  const bySequence = new Map([...some, ...more].map((one) => [one.sequence, one]));
  return [...bySequence.values()].toSorted((a, b) => a.sequence - b.sequence);
}

const COLUMNS: readonly Column<Decision>[] = [
  { title: 'When', cell: ({ at }) => <At at={at} />, kind: 'nowrap' },
  { title: 'What', isHeader: true, cell: ({ action }) => action },
  {
    title: 'Who',
    cell: ({ actor, source, subject }) => (
      <>
        {actor} <span class="faint">{subject === undefined ? source : `${source}, proven`}</span>
      </>
    ),
  },
  { title: 'Where', cell: ({ phase, weightPercent }) => `${phase}, ${percent(weightPercent)}` },
  {
    title: 'Why',
    cell: ({ reason, evidence }) => (
      <>
        {reason}
        {evidence.length > 0 && (
          <details class="small">
            <summary>{evidence.length} readings</summary>
            <ul class="basis">
              {evidence.map((one, index) => (
                <Reading key={index} of={one} />
              ))}
            </ul>
          </details>
        )}
      </>
    ),
    kind: 'long',
  },
];

/** With the look that it is of: later ones may say otherwise. */
function Reading({ of: { metric, verdict, reason, baseline, candidate, at } }: { readonly of: Evidence }) {
  const unit = metricUnit(metric);
  return (
    <li>
      <WordBadge word={verdict} /> <b>{metric}</b> <span class="faint">{reason}</span>
      {candidate.value !== null && (
        <span class="faint">
          {' · '}
          {baseline.value !== null && (
            <>
              baseline <Quantity value={baseline.value} unit={unit} />,{' '}
            </>
          )}
          candidate <Quantity value={candidate.value} unit={unit} />
        </span>
      )}
      {at !== undefined && (
        <span class="faint">
          {' · look of '}
          <At at={at} />
        </span>
      )}
    </li>
  );
}
