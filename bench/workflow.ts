import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';
import { startDevServer } from '../src/temporal/dev-server.js';
import { freePort } from '../test/setup/free-port.js';
import { median, printTable } from './table.js';
import { type BenchWorker, startBenchWorker } from './workflow/bench-worker.js';
import { type Crowd, measureCrowd, type Reaction } from './workflow/crowd.js';
import type { RunFigures } from './workflow/histories.js';
import { type Round, roundOfBare, roundOfRollouts } from './workflow/short.js';
import { activitiesOf, eventsOf, measureBareWeek, measureWeek, WEEK, type Week } from './workflow/week.js';

/**
 * What the workflow costs: `npm run bench:workflow`. A dev server, one worker process, activities that answer at once. First many rollouts on one worker,
 * then one of a week, then both against a bare workflow with as many activities and one update.
 */
const CROWD = Number(process.env['CROWD'] ?? 200);
const WINDOWS = Number(process.env['WINDOWS'] ?? WEEK.windows);
const ROUNDS = 3;
const AT_ONCE = 40;
const MOST_EVENTS = 4096;
/** Of the events after Temporal suggests a new run: what is under way is brought to its end. */
const LAST_WINDOW = 64;

const stateDir = await mkdtemp(join(tmpdir(), 'sluice-bench-workflow-'));
const ports = { port: await freePort(), uiPort: await freePort() };
const server = await startDevServer({ stateDir, ...ports, report: (line) => console.error(line) });
const link = await connectTemporal(temporalSettings(server.address));
const workers: BenchWorker[] = [];
try {
  const rollouts = await startBenchWorker(server.address, 'rollouts');
  const bare = await startBenchWorker(server.address, 'bare');
  workers.push(rollouts, bare);
  const crowd = await measureCrowd(link.client, rollouts, CROWD);
  showCrowd(crowd);
  const short = await compareShort(link.client, rollouts);
  const week = await measureWeek(link.client, rollouts, WINDOWS);
  const bareWeek = await measureBareWeek(link.client, activitiesOf(week.runs), short.state);
  showWeek(week);
  const isGood =
    showOverhead(short, week, bareWeek) && week.runs.every(({ events }) => events < MOST_EVENTS + LAST_WINDOW);
  console.log(isGood ? '\nall targets met' : '\nMISSED');
  process.exitCode = isGood ? 0 : 1;
} finally {
  for (const worker of workers) await worker.end();
  await link.close();
  await server.stop();
  await rm(stateDir, { recursive: true, force: true });
}

/** In turn, so that what else this machine does meets both. */
async function compareShort(client: Client, worker: BenchWorker) {
  const ours: Awaited<ReturnType<typeof roundOfRollouts>>[] = [];
  const theirs: Round[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const one = await roundOfRollouts(client, worker, AT_ONCE, round);
    const of = { activities: activitiesOf(one.runs), payload: one.state };
    const other = await roundOfBare(client, AT_ONCE, round, of);
    // The first one warms both up.
    if (round === 0) continue;
    ours.push(one);
    theirs.push(other);
  }
  const [first, bare] = [ours[0], theirs[0]] as [(typeof ours)[0], Round];
  return {
    state: first.state,
    ours: { ms: median(ours.map(({ ms }) => ms)) / AT_ONCE, runs: first.runs },
    bare: { ms: median(theirs.map(({ ms }) => ms)) / AT_ONCE, runs: bare.runs },
  };
}

function showCrowd({ atOnce, oneByOne, idleMb, waitingMb, endMb }: Crowd): void {
  const row = (name: string, { decisions, p50Ms, p99Ms, perSecond }: Reaction) => [
    name,
    String(decisions),
    p50Ms.toFixed(0),
    p99Ms.toFixed(0),
    perSecond.toFixed(0),
  ];
  printTable(
    [
      `${CROWD} rollouts on one worker: from a yes to the change of weight`,
      'decisions',
      'p50 ms',
      'p99 ms',
      'decisions/s',
    ],
    [row('all at once', atOnce), row('one after the other', oneByOne)],
  );
  const mb = (value: number) => `${value.toFixed(0)} MB`;
  console.log(
    `\nworker: ${mb(idleMb)} idle, ${mb(waitingMb)} with ${CROWD} watched and waiting, ${mb(endMb)} at the end\n`,
  );
}

function showWeek({ runs, memoryMb, seconds }: Week): void {
  printTable(
    [
      `7 days in ${WINDOWS} windows of 5 min, ${WINDOWS * 10} ticks of 30 s, in ${seconds.toFixed(0)} s`,
      'events',
      'activities',
      'kB',
    ],
    runs.map(({ events, activities, bytes }, i) => [
      `run ${i + 1}`,
      String(events),
      String(activities),
      (bytes / 1024).toFixed(0),
    ]),
  );
  const each = (eventsOf(runs) / WINDOWS).toFixed(1);
  console.log(
    `\n${each} events a window; worker, MB, over its time: ${memoryMb.map((mb) => mb.toFixed(0)).join(', ')}\n`,
  );
}

interface Compared {
  readonly name: string;
  readonly ours: { readonly ms: number; readonly runs: readonly RunFigures[] };
  readonly bare: { readonly ms: number; readonly runs: readonly RunFigures[] };
}

/** @returns whether all ratios are below the target */
function showOverhead(
  short: Omit<Compared, 'name'>,
  week: Week,
  bareWeek: { readonly runs: readonly RunFigures[]; readonly seconds: number },
): boolean {
  const compared: Compared[] = [
    { name: `a short rollout with an approval, ${AT_ONCE} at once`, ...short },
    {
      name: 'a rollout of a week',
      ours: { ms: week.seconds * 1000, runs: week.runs },
      bare: { ms: bareWeek.seconds * 1000, runs: bareWeek.runs },
    },
  ];
  const ratios: number[] = [];
  const rows = compared.map(({ name, ours, bare }) => {
    const time = ours.ms / bare.ms;
    const events = eventsOf(ours.runs) / eventsOf(bare.runs);
    ratios.push(time, events);
    return [
      name,
      String(activitiesOf(ours.runs)),
      `${ours.ms.toFixed(0)} / ${bare.ms.toFixed(0)} (${time.toFixed(2)})`,
      `${eventsOf(ours.runs)} / ${eventsOf(bare.runs)} (${events.toFixed(2)})`,
    ];
  });
  printTable(['ours / bare workflow with as many activities and one update', 'activities', 'ms', 'events'], rows);
  for (const { name, ours, bare } of compared)
    console.log(`\n${name}: ${kindsOf(ours.runs)}\n  bare: ${kindsOf(bare.runs)}`);
  return ratios.every((ratio) => ratio < 1.3);
}

/** How often which event, most often first. */
function kindsOf(runs: readonly RunFigures[]): string {
  const total = new Map<string, number>();
  for (const { kinds } of runs)
    for (const [kind, count] of Object.entries(kinds)) total.set(kind, (total.get(kind) ?? 0) + count);
  return [...total]
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}
