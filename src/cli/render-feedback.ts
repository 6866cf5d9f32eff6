import { DAY_MS, HOUR_MS } from '../domain/duration.js';
import type { ImportSummary } from '../feedback/import-feedback.js';
import type { FeedbackDelay, FeedbackStats, Forgotten } from '../ports/feedback-store.js';
import { printable } from './output/plain-text.js';
import { renderTable } from './render-table.js';

export function renderImport(summary: ImportSummary, isDry: boolean): string {
  const { rows, added, repeated, refused, forged, unusedColumns } = summary;
  const what = isDry ? `${added} good` : `${added} added, ${repeated} there before`;
  const lines = [`${isDry ? 'dry run: ' : ''}${rows} rows: ${what}, ${refused} refused`];
  if (unusedColumns.length > 0) lines.push(`not read: column ${printable(unusedColumns.join(', '))}`);
  if (forged > 0 && forged === refused && added + repeated === 0)
    lines.push('every prediction id is of another key: is it the one of the gateways that made them?');
  return lines.join('\n');
}

export function renderFeedbackStats(service: string, since: string, stats: FeedbackStats): string {
  if (stats.counts.length === 0) return `no feedback of ${service} in ${since}`;
  const counts = stats.counts.map(({ kind, arm, version, items, late, withUnit, exposed, recorded }) => [
    kind,
    arm ?? '(not exposed)',
    version ?? '',
    String(items),
    share(late, items),
    share(withUnit, items),
    share(exposed, items),
    share(recorded, items),
  ]);
  const delays = stats.delays.map(({ kind, ...delay }) => [kind, ...spread(delay)]);
  const { units, items } = stats.suspects;
  return [
    renderTable(['KIND', 'ARM', 'VERSION', 'ITEMS', 'LATE', 'UNIT KNOWN', 'EXPOSED', 'PREDICTION RECORDED'], counts),
    renderTable(['DELAY', 'P50', 'P90', 'P99', 'MAX'], delays),
    renderTable(
      ['SOURCE', 'ITEMS'],
      stats.sources.map((one) => [one.source, String(one.items)]),
    ),
    stats.currencies.length === 0 ? '' : renderTable(['CURRENCY', 'ITEMS', 'SUM'], currencies(stats)),
    stats.surveys.length === 0 ? '' : renderTable(['SURVEY', 'ITEMS', 'MEAN'], surveys(stats)),
    units === 0 ? '' : `suspect: ${units} units with ${items} items`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

export function renderForgotten({ feedback, predictions, exposures, features, lists, pairs }: Forgotten): string {
  return `deleted ${feedback} items of feedback, ${predictions} predictions, ${exposures} exposures, ${features} samples of features, ${lists} lists, ${pairs} shadow pairs`;
}

function currencies({ currencies: found }: FeedbackStats): string[][] {
  return found.map(({ currency, items, sum }) => [currency ?? '(not said)', String(items), sum.toFixed(2)]);
}

function surveys({ surveys: found }: FeedbackStats): string[][] {
  return found.map(({ survey, items, mean }) => [survey, String(items), mean.toFixed(2)]);
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function spread({ p50Ms, p90Ms, p99Ms, maxMs }: Omit<FeedbackDelay, 'kind'>): string[] {
  return [p50Ms, p90Ms, p99Ms, maxMs].map(inWords);
}

function inWords(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${(ms / 60_000).toFixed(1)} min`;
  return ms < DAY_MS ? `${(ms / HOUR_MS).toFixed(1)} h` : `${(ms / DAY_MS).toFixed(1)} d`;
}
