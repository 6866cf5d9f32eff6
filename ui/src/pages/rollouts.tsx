import { useEffect, useMemo, useState } from 'preact/hooks';
import { PHASE_TITLES } from '../../../src/domain/phase.js';
import { ROLLOUT_STATUSES } from '../../../src/domain/rollout-state.js';
import type { RolloutSummary as Summary } from '../data/types.js';
import { type RolloutFilter, type RolloutList, useRollouts } from '../data/use-rollouts.js';
import { percent } from '../format.js';
import { StatusBadge, WordBadge } from '../parts/badge.js';
import { Empty, Problem } from '../parts/notice.js';
import { type Column, Table } from '../parts/table.js';
import { Ago, Countdown } from '../parts/time.js';
import { setQuery, usePlace } from '../router.js';

const TYPING_MS = 250;

/** All rollouts: what moves, what waits, and for whom. */
export function RolloutsPage() {
  const { query } = usePlace();
  const filter = useMemo(() => filterOf(query), [query.toString()]);
  const list = useRollouts(filter);
  return (
    <>
      <h1>Rollouts</h1>
      <Filters filter={filter} />
      {list.error !== null && <Problem message={list.error.message} onRetry={list.reload} />}
      <p class="hidden" role="status">
        {list.isLoading ? 'Loading' : `${list.items.length} rollouts are shown`}
      </p>
      <List list={list} />
    </>
  );
}

function filterOf(query: URLSearchParams): RolloutFilter {
  const given = (name: string) => query.get(name) ?? '';
  return {
    service: given('service'),
    status: ROLLOUT_STATUSES.find((status) => status === given('status')) ?? '',
    search: given('search'),
    needsMe: query.get('needsMe') === 'true',
  };
}

function Filters({ filter }: { readonly filter: RolloutFilter }) {
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <Search value={filter.search} />
      <label>
        <span class="hidden">Status</span>
        <select value={filter.status} onChange={({ currentTarget }) => setQuery('status', currentTarget.value)}>
          <option value="">any status</option>
          {ROLLOUT_STATUSES.map((status) => (
            <option key={status} value={status}>
              {status}
            </option>
          ))}
        </select>
      </label>
      <label class="check">
        <input
          id="needs-me"
          type="checkbox"
          checked={filter.needsMe}
          onChange={({ currentTarget }) => setQuery('needsMe', currentTarget.checked ? 'true' : '')}
        />{' '}
        Needs me
      </label>
      {filter.service !== '' && (
        <button type="button" class="chip" onClick={() => setQuery('service', '')}>
          service {filter.service} <span aria-label="remove">×</span>
        </button>
      )}
    </form>
  );
}

/** Goes into the address a moment after the last key. */
function Search({ value }: { readonly value: string }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => setQuery('search', text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      aria-label="Search service, version, owner or id"
      placeholder="Search service, version, owner, id"
      value={text}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
    />
  );
}

function List({ list: { items, next, isLoading, fresh, more, error } }: { readonly list: RolloutList }) {
  if (items.length === 0) {
    if (isLoading) return <Empty>Loading …</Empty>;
    return error === null ? (
      <Empty>
        No rollout matches. <code>sluice start spec.yaml</code> begins one.
      </Empty>
    ) : null;
  }
  const classOf = ({ rolloutId, needsMe }: Summary) =>
    `${fresh.has(rolloutId) ? 'fresh' : ''} ${needsMe ? 'needs-me' : ''}`.trim();
  return (
    <>
      <Table
        caption="Rollouts, newest first"
        columns={COLUMNS}
        rows={items}
        rowKey={({ rolloutId }) => rolloutId}
        rowClass={classOf}
      />
      <p class="more">
        {items.length} shown.{' '}
        {next !== null && (
          <button type="button" onClick={more} disabled={isLoading}>
            {isLoading ? 'Loading …' : 'Show more'}
          </button>
        )}
      </p>
    </>
  );
}

const COLUMNS: readonly Column<Summary>[] = [
  {
    title: 'Service',
    isHeader: true,
    cell: ({ rolloutId, service, needsMe }) => (
      <>
        <a href={`/rollouts/${encodeURIComponent(rolloutId)}`}>{service}</a>
        {needsMe && <span class="tag">needs me</span>}
        <div class="faint id">{rolloutId}</div>
      </>
    ),
  },
  { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    title: 'Versions',
    cell: ({ baseline, candidate }) => (
      <>
        {baseline} → <b>{candidate}</b>
      </>
    ),
  },
  { title: 'Phase', cell: phaseOf },
  { title: 'Weight', cell: (one) => <Weight summary={one} />, kind: 'weight' },
  { title: 'Verdict', cell: ({ verdict }) => <WordBadge word={verdict} /> },
  { title: 'Waits for', cell: waitOf, kind: 'long' },
  { title: 'Owner', cell: ({ owner }) => owner },
  { title: 'Changed', cell: ({ updatedAt }) => <Ago at={updatedAt} /> },
];

function phaseOf({ phase, step, stepCount }: Summary) {
  const title = PHASE_TITLES[phase] ?? phase;
  return step === null || phase !== 'canary' ? title : `${title}, ${step + 1} of ${stepCount}`;
}

function Weight({ summary: { weightPercent, shadowPercent } }: { readonly summary: Summary }) {
  return (
    <>
      <meter min={0} max={100} value={weightPercent} aria-label="Candidate’s weight" /> {percent(weightPercent)}
      {shadowPercent > 0 && <span class="faint"> shadow {percent(shadowPercent)}</span>}
    </>
  );
}

function waitOf({ waiting, paused, reason, status }: Summary) {
  if (paused !== null) return `paused by ${paused.actor}: ${paused.reason}`;
  if (waiting === null) return <span class="faint">{status === 'progressing' ? '' : reason}</span>;
  return (
    <>
      {waiting.kind} {waiting.until !== null && <Countdown until={waiting.until} />}
    </>
  );
}
