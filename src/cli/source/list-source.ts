import type { RolloutSummary } from '../../api/schema/rollout.js';
import { listRollouts, type VisibleRollout } from '../../client/list-rollouts.js';
import { type Reading, reading } from '../../client/reading.js';
import { SluiceError } from '../../domain/errors.js';
import { connectTemporal, temporalSettings } from '../../temporal/connection.js';
import type { ListLine } from '../render-list.js';
import type { ListFilter, StoreReader } from './store-reader.js';

export interface ListedRollouts {
  readonly lines: readonly ListLine[];
  /** One line: what is not known, and why; null where all is. */
  readonly note: string | null;
  /** Whether there are more than were asked for. */
  readonly isCut: boolean;
}

const PAGE = 500;
const TEMPORAL_TIMEOUT_MS = 2000;

/**
 * The store's rollouts, and those that only Temporal knows of yet: no worker has taken them up.
 * @param most infinite: all of them
 * @throws {SluiceError} STORE_UNAVAILABLE where neither answers
 */
export async function readList(store: StoreReader, filter: ListFilter, most: number): Promise<ListedRollouts> {
  const [stored, running] = await Promise.all([
    reading(() => readPages(store, filter, most)),
    reading(() => readTemporal(filter, most)),
  ]);
  if (stored.kind === 'unread') return temporalOnly(stored.error, running, filter);
  const { items, isCut } = stored.value;
  const lines = [...newOnes(running, items, isCut, filter), ...items.map(lineOf)];
  const note = running.kind === 'read' ? null : `Temporal is not read (${running.error}): this is what the store has`;
  return { lines: lines.slice(0, most), note, isCut };
}

async function readPages(store: StoreReader, filter: ListFilter, most: number) {
  const items: RolloutSummary[] = [];
  const { service, status, search, needsMe, active } = filter;
  for (let cursor: string | undefined; ; ) {
    const asked = { service, status, search, needsMe, active };
    const page = await store.page(asked, Math.min(PAGE, most - items.length), cursor);
    items.push(...page.items);
    if (page.next === null) return { items, isCut: false };
    if (items.length >= most) return { items, isCut: true };
    cursor = page.next;
  }
}

/** Rollouts that run, by what needs no worker. */
async function readTemporal({ active }: ListFilter, most: number): Promise<VisibleRollout[]> {
  const link = await connectTemporal(temporalSettings(), TEMPORAL_TIMEOUT_MS);
  try {
    return await link.client.withDeadline(Date.now() + TEMPORAL_TIMEOUT_MS, () =>
      listRollouts(link.client, { active: active === true, limit: Math.min(most, PAGE) }),
    );
  } finally {
    await link.close();
  }
}

/** Those that began after what the store has: beyond a page that was cut nobody can say whether it has them. */
function newOnes(
  running: Reading<VisibleRollout[]>,
  items: readonly RolloutSummary[],
  isCut: boolean,
  filter: ListFilter,
): ListLine[] {
  if (running.kind === 'unread' || filter.status !== undefined || filter.needsMe === true) return [];
  const known = new Set(items.map(({ rolloutId }) => rolloutId));
  const oldest = isCut ? (items.at(-1)?.startedAt ?? '') : '';
  return running.value
    .filter((one) => one.status === 'unknown' || one.status === 'progressing')
    .filter((one) => !known.has(one.rolloutId) && one.startedAt >= oldest && matches(one, filter))
    .map((one) => ({ ...temporalLine(one), status: 'starting', phase: '' }));
}

function temporalOnly(why: string, running: Reading<VisibleRollout[]>, filter: ListFilter): ListedRollouts {
  if (running.kind === 'unread') throw new SluiceError('STORE_UNAVAILABLE', `${why}; and Temporal: ${running.error}`);
  const { status, needsMe } = filter;
  const found = running.value
    .filter((one) => matches(one, filter))
    .filter((one) => (status === undefined || one.status === status) && (needsMe !== true || one.awaitingApproval));
  return { lines: found.map(temporalLine), note: `${why}: this is what Temporal knows of`, isCut: false };
}

function matches({ service, rolloutId, versions }: VisibleRollout, filter: ListFilter): boolean {
  if (filter.service !== undefined && service !== filter.service) return false;
  const text = `${service} ${rolloutId} ${versions}`.toLowerCase();
  return filter.search === undefined || text.includes(filter.search.toLowerCase());
}

function lineOf(stored: RolloutSummary): ListLine {
  const { rolloutId, service, baseline, candidate, startedAt, needsMe, status, phase, weightPercent } = stored;
  return { rolloutId, service, baseline, candidate, startedAt, needsMe, status, phase, weightPercent, stored };
}

function temporalLine(one: VisibleRollout): ListLine {
  const { rolloutId, service, versions, status, phase, weightPercent, awaitingApproval, startedAt } = one;
  const [baseline = '?', candidate = '?'] = versions.split(' → ');
  return {
    rolloutId,
    service,
    baseline,
    candidate,
    startedAt,
    needsMe: awaitingApproval,
    status,
    phase,
    weightPercent,
  };
}
