/**
 * How well log templates are found, and how fast: grouping accuracy on labelled logs of real systems (Loghub's `*_structured.csv`), and beside it
 * drain3's. `npm run bench:logs -- <folder>`, or SLUICE_TEST_DATA with a folder logs.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MessageGroups } from '../src/monitors/logs/group-messages.js';
import { TemplateMiner } from '../src/monitors/logs/template-miner.js';
import { CORPORA, corpusOf, groupingAccuracy } from '../test/monitors/logs/corpora.js';
import { type LabelledLog, labelledLogs } from '../test/monitors/logs/labelled-logs.js';
import { peerPython } from './python-peer.js';
import { median, printTable } from './table.js';

const WARM_UP = 25;
const PASSES = 25;
const MADE_LINES = 2000;
const SEEDS = Array.from({ length: 20 }, (_, i) => 20_261_121 + i);
const PEER = fileURLToPath(new URL('./peers/logs_peer.py', import.meta.url));

interface Peer {
  readonly ids: readonly string[];
  readonly seconds: readonly number[];
}

const testData = process.env['SLUICE_TEST_DATA'];
const folder = process.argv[2] ?? (testData === undefined ? undefined : `${testData}/logs`);
const logs = folder === undefined ? [] : labelledLogs(folder);
if (logs.length === 0) console.error('no labelled logs: name a folder of *_structured.csv, or set SLUICE_TEST_DATA');
else printReal(logs, peersOf(logs));
printMade();

function printReal(logs: readonly LabelledLog[], peers: readonly Peer[]): void {
  printTable(
    ['log', 'lines', 'templates', 'found', 'accuracy', 'as lines come', 'drain3', 'lines/s', 'drain3', 'ratio'],
    logs.map(({ name, messages, truth }, i) => {
      const { first, lines, templates } = grouped(messages);
      const perSecond = messages.length / Math.min(...secondsOf(messages));
      const { ids, seconds } = peers[i] as Peer;
      const ofPeer = messages.length / Math.min(...seconds);
      return [
        name,
        String(messages.length),
        String(new Set(truth).size),
        String(templates.length),
        groupingAccuracy(
          truth,
          lines.map(({ id }) => id),
        ).toFixed(4),
        groupingAccuracy(truth, first).toFixed(4),
        groupingAccuracy(truth, ids).toFixed(4),
        String(Math.round(perSecond)),
        String(Math.round(ofPeer)),
        (perSecond / ofPeer).toFixed(1),
      ];
    }),
  );
}

function grouped(messages: readonly string[]): ReturnType<MessageGroups['end']> {
  const groups = new MessageGroups();
  for (const message of messages) groups.add(message);
  return groups.end();
}

/**
 * Each pass with a new miner: what it learns of a log does not help the next. The first ones, before the code is compiled, do not count; of the others, and
 * of the peer's, the fastest does, which other work on the machine disturbed least.
 */
function secondsOf(messages: readonly string[]): number[] {
  const passes = Array.from({ length: WARM_UP + PASSES }, () => {
    const miner = new TemplateMiner();
    const begin = performance.now();
    for (const message of messages) miner.add(message, 0);
    return (performance.now() - begin) / 1000;
  });
  return passes.slice(WARM_UP);
}

function peersOf(logs: readonly LabelledLog[]): Peer[] {
  const { status, stdout, stderr } = spawnSync(peerPython(), [PEER], {
    input: logs.map(({ messages }) => `${JSON.stringify(messages)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`drain3 failed: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Peer);
}

/** Known templates with random parameters, of which there are as many lines as one likes. */
function printMade(): void {
  const share = (values: readonly number[]) => `${median(values).toFixed(3)} (${Math.min(...values).toFixed(3)})`;
  printTable(
    ['made log', 'templates', 'found', 'accuracy, median (worst)', 'as lines come'],
    Object.entries(CORPORA).map(([name, makes]) => {
      const all = SEEDS.map((seed) => {
        const lines = corpusOf(name, MADE_LINES, seed);
        const truth = lines.map(({ template }) => template);
        const { first, lines: found, templates } = grouped(lines.map(({ message }) => message));
        const read = groupingAccuracy(
          truth,
          found.map(({ id }) => id),
        );
        return { read, own: groupingAccuracy(truth, first), templates: templates.length };
      });
      return [
        name,
        String(makes.length),
        String(median(all.map(({ templates }) => templates))),
        share(all.map(({ read }) => read)),
        share(all.map(({ own }) => own)),
      ];
    }),
  );
}
