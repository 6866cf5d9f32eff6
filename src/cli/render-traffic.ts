import type { AppliedRoute, Route } from '../domain/route.js';
import type { Style } from './output/style.js';
import { shortTime } from './output/time-text.js';
import { type Cell, renderTable } from './render-table.js';
import type { GatewayTraffic, ServiceTraffic } from './traffic/compare-routes.js';

const HEADER = ['GATEWAY', 'EPOCH', 'BASELINE', 'CANDIDATE', 'WEIGHT', 'IN EFFECT', 'SHADOW', 'LEASE LEFT', 'SEGMENTS'];
const MORE = ['OTHERS', 'HOLDBACK', 'ADMIN'];

/** What was wanted, then what each gateway does; `≠` marks what differs, and the last column names it. */
export function renderTraffic({ wanted, gateways }: ServiceTraffic, style: Style, wide = false): string {
  const rows = [storeRow(wanted), ...gateways.map(gatewayRow)];
  const shown = rows.map(({ cells, more, differs }) => [
    ...cells,
    ...(wide ? more : []),
    { text: differs, tone: 'bad' as const },
  ]);
  return renderTable([...HEADER, ...(wide ? MORE : []), 'DIFFERS'], shown, style);
}

interface Row {
  /** As the header. */
  readonly cells: readonly Cell[];
  readonly more: readonly Cell[];
  readonly differs: string;
}

function storeRow(wanted: ServiceTraffic['wanted']): Row {
  if (wanted.kind === 'unread') return emptyRow('store', `not read: ${wanted.error}`);
  if (wanted.value === null) return emptyRow('store', 'nothing was ever set');
  // The store says what is wanted: it has no effect of its own, and no lease runs in it.
  return rowOf('store', wanted.value, { effect: '', lease: '', url: '', differences: [] });
}

function gatewayRow({ url, applied, differences }: GatewayTraffic): Row {
  if (applied.kind === 'unread') return emptyRow(url, applied.error);
  if (applied.value === null) return emptyRow(url, differences.join('; '));
  const { route, gatewayId } = applied.value;
  return rowOf(gatewayId, route, { effect: effectOf(applied.value), lease: leaseOf(applied.value), url, differences });
}

interface InForce {
  readonly effect: Cell;
  readonly lease: string;
  readonly url: string;
  readonly differences: readonly string[];
}

function rowOf(name: string, route: Route, { effect, lease, url, differences }: InForce): Row {
  const mark = (key: keyof Route, text: string): Cell =>
    differences.includes(key) ? { text: `${text} ≠`, tone: 'bad' } : text;
  return {
    cells: [
      name,
      mark('epoch', String(route.epoch)),
      mark('baseline', route.baseline.version),
      mark('candidate', route.candidate?.version ?? '–'),
      mark('weightPercent', `${route.weightPercent} %`),
      effect,
      mark('shadowPercent', `${route.shadowPercent} %`),
      lease,
      mark('traffic', segmentsOf(route)),
    ],
    more: [othersOf(route), mark('holdback', holdbackOf(route)), url],
    differs: differences.join('; '),
  };
}

function emptyRow(name: string, differs: string): Row {
  const blanks = (columns: readonly string[]) => columns.map(() => '');
  return { cells: [name, ...blanks(HEADER.slice(1))], more: blanks(MORE), differs };
}

function effectOf({ route, effectiveWeightPercent }: AppliedRoute): Cell {
  const text = `${effectiveWeightPercent} %`;
  return effectiveWeightPercent === route.weightPercent ? text : { text: `${text} ≠`, tone: 'bad' };
}

function leaseOf({ route, leaseRemainingMs }: AppliedRoute): string {
  if (route.leaseMs === null || leaseRemainingMs === null) return '–';
  return `${shortTime(leaseRemainingMs)} of ${shortTime(route.leaseMs)}`;
}

/** `eu-beta 50 %, staff` */
function segmentsOf({ traffic }: Route): string {
  const segments = traffic?.segments ?? [];
  return segments.map(({ name, percent }) => (percent === undefined ? name : `${name} ${percent} %`)).join(', ') || '–';
}

function othersOf({ traffic }: Route): string {
  return (traffic?.others ?? []).map(({ version, weight }) => `${version} ${weight} %`).join(', ') || '–';
}

function holdbackOf({ holdback }: Route): string {
  return holdback ? `${holdback.target.version} ${holdback.percent} %` : '–';
}
