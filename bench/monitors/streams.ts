import { seededRandom } from '../../src/stats/sample/random.js';
import {
  changedWindow,
  readStream,
  STREAMS,
  type Stream,
  shuffled,
  windowsOf,
} from '../../test/monitors/drift/streams.js';
import { type Answered, CHANGES, findingsIn } from '../../test/monitors/drift/world.js';
import type { PythonPeer } from '../python-peer.js';
import { printTable } from '../table.js';
import { type FoundByPeers, findingsOfPeers, PEERS } from './peers.js';

const SEED = 20261121;
const ROWS = 1000;
const QUIET_WINDOWS = 210;
/** The luck of a reference is that of all windows after it: many references with few windows each. */
const PER_REFERENCE = 10;
const FIRST_WINDOWS = 50;
/** Rows that stay neighbours: six hours, a day, a week; ten days, a month, a year. 1: none do. */
const BLOCKS = { sea: [1], electricity: [1, 12, 48, 336], weather: [1, 10, 30, 365] } as const;

interface Found extends ReturnType<typeof findingsIn> {
  readonly peers: FoundByPeers;
}

type Compare = (reference: readonly Answered[], current: readonly Answered[]) => Promise<Found>;

const OURS = {
  'features: any': ({ features }: Found) => features.length > 0,
  'features: data set': ({ features }: Found) => features.includes('features:dataset'),
  'model: any': ({ model }: Found) => model.length > 0,
  'model: labels': ({ model }: Found) => model.some((key) => key.endsWith('-labels')),
  'model: accuracy': ({ model }: Found) => model.includes('model:accuracy'),
  'model: concept': ({ model }: Found) => model.includes('model:concept'),
};
const HEAD = [...Object.keys(OURS), ...Object.keys(PEERS)];

/** What is found on streams: where nothing changes, after a change, and in the streams' own order. */
export async function benchStreams(folder: string, peer: PythonPeer): Promise<void> {
  const compare: Compare = async (reference, current) => ({
    ...findingsIn(reference, current),
    peers: await findingsOfPeers(peer, reference, current),
  });
  const read = (Object.keys(STREAMS) as Stream[]).map((stream) => ({ stream, rows: readStream(folder, stream) }));
  const tables = {
    quiet: [] as string[][],
    changes: [] as string[][],
    order: [] as string[][],
    keys: [] as string[][],
  };
  for (const { stream, rows } of read) {
    tables.quiet.push(...(await quietWindows(stream, rows, compare)));
    tables.changes.push(...(await firstWindows(stream, rows, compare)));
    const inOrder = await ownOrder(stream, rows, compare);
    tables.order.push(...inOrder.map(({ row }) => row));
    tables.keys.push(...inOrder.flatMap(({ keys }) => keys));
  }
  printTable(['stream, in blocks of', 'quiet windows', ...HEAD], tables.quiet);
  printTable(['stream', `of ${FIRST_WINDOWS} first windows after a change of`, ...HEAD], tables.changes);
  printTable(['stream in its own order', 'reference', 'windows', ...HEAD], tables.order);
  printTable(['stream in its own order', 'reference', 'finding', 'windows', 'first in window'], tables.keys);
}

async function quietWindows(stream: Stream, rows: readonly Answered[], compare: Compare): Promise<string[][]> {
  const lines: string[][] = [];
  for (const block of BLOCKS[stream]) {
    const found: Found[] = [];
    for (let run = 0; found.length < QUIET_WINDOWS; run += 1) {
      const [reference = [], ...windows] = windowsOf(shuffled(rows, block, seededRandom(SEED + run)), ROWS);
      for (const window of windows.slice(0, PER_REFERENCE)) found.push(await compare(reference, window));
    }
    lines.push([`${stream}, ${block}`, String(found.length), ...counts(found)]);
  }
  if (stream !== 'sea') return lines;
  // Made without drift, so its own order is quiet too; every third window is a reference for all after it.
  const windows = windowsOf(rows, ROWS);
  const found: Found[] = [];
  for (const [at, reference] of windows.entries())
    if (at % 3 === 0) for (const window of windows.slice(at + 1)) found.push(await compare(reference, window));
  return [...lines, [`${stream}, own order`, String(found.length), ...counts(found)]];
}

async function firstWindows(stream: Stream, rows: readonly Answered[], compare: Compare): Promise<string[][]> {
  const lines: string[][] = [];
  for (const change of CHANGES) {
    if (change === 'none') continue;
    const found: Found[] = [];
    for (let run = 0; run < FIRST_WINDOWS; run += 1) {
      const random = seededRandom(SEED + run * 7919);
      const reference = shuffled(rows, 1, random).slice(0, ROWS);
      found.push(await compare(reference, changedWindow(rows, stream, change, ROWS, random)));
    }
    lines.push([stream, change, ...counts(found)]);
  }
  return lines;
}

/** Longer references have seen more of what comes and goes. */
const REFERENCES = { sea: [ROWS], electricity: [ROWS, 5 * ROWS], weather: [ROWS, 5 * ROWS] } as const;

async function ownOrder(stream: Stream, rows: readonly Answered[], compare: Compare) {
  const lines: { row: string[]; keys: string[][] }[] = [];
  for (const size of REFERENCES[stream]) {
    const found: Found[] = [];
    for (const window of windowsOf(rows.slice(size), ROWS)) found.push(await compare(rows.slice(0, size), window));
    const about = [stream, String(size)];
    lines.push({
      row: [...about, String(found.length), ...counts(found)],
      keys: byKey(found).map((cells) => [...about, ...cells]),
    });
  }
  return lines;
}

function counts(found: readonly Found[]): string[] {
  const ours = Object.values(OURS).map((isIt) => String(found.filter(isIt).length));
  const peers = Object.values(PEERS).map((isIt) => String(found.filter(({ peers }) => isIt(peers)).length));
  return [...ours, ...peers];
}

function byKey(found: readonly Found[]): string[][] {
  const keys = found.map(({ features, model }) => new Set([...features, ...model]));
  return [...new Set(keys.flatMap((set) => [...set]))].map((key) => [
    key,
    String(keys.filter((set) => set.has(key)).length),
    String(keys.findIndex((set) => set.has(key)) + 1),
  ]);
}
