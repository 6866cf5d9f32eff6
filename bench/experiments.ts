import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../examples/traffic/random.js';
import { startDevServer } from '../src/temporal/dev-server.js';
import { freePort } from '../test/setup/free-port.js';
import { judgeTrials, showTrials, showVoids } from './experiments/figures.js';
import { seedHistory } from './experiments/history.js';
import { type Installation, install } from './experiments/installation.js';
import { Places } from './experiments/places.js';
import { EFFECT, experimentSpec } from './experiments/specs.js';
import { runTrial, type TrialEnd } from './experiments/trial.js';
import { type UserFigures, Users } from './experiments/users.js';

/**
 * A/B evaluations whose truth is known, through everything that real ones go through: `npm run bench:experiments`. Users ask a gateway, which assigns them; they
 * convert by the arm that its answer names; the workflow plans, looks and decides. Some rollouts change nothing, others a tenth.
 */
const SAME = Number(process.env['SAME'] ?? 200);
const BETTER = Number(process.env['BETTER'] ?? 100);
/** Share of the baseline's users who convert. */
const RATE = Number(process.env['RATE'] ?? 0.8);
const SEED = Number(process.env['SEED'] ?? 20261121);
/** Rollouts at a time, those of them that have users, and users who wait for an answer. */
const AT_ONCE = Number(process.env['AT_ONCE'] ?? 40);
const WITH_USERS = Number(process.env['WITH_USERS'] ?? 10);
const LANES = Number(process.env['LANES'] ?? 48);
/** None begins later. */
const LAST_START_MS = 20 * 60_000;

interface Planned {
  readonly service: string;
  readonly isBetter: boolean;
}

/** Mixed, so that whatever else the machine does meets both kinds. */
const planned: Planned[] = Array.from({ length: SAME + BETTER }, (_, k) => {
  const isBetter = Math.floor(((k + 1) * BETTER) / (SAME + BETTER)) > Math.floor((k * BETTER) / (SAME + BETTER));
  return { service: `${isBetter ? 'better' : 'same'}-${k}`, isBetter };
});
const services = planned.map(({ service }) => service);

const stateDir = await mkdtemp(join(tmpdir(), 'sluice-bench-experiments-'));
const ports = { port: await freePort(), uiPort: await freePort() };
const server = await startDevServer({ stateDir, ...ports, report: (line) => console.error(line) });
let installation: Installation | null = null;
try {
  installation = await install({ temporalAddress: server.address, namespace: 'default', services });
  await seedHistory(installation.store, services, RATE, seededRandom(SEED));
  process.exitCode = (await simulate(installation)) ? 0 : 1;
} finally {
  await installation?.close();
  await server.stop();
  await rm(stateDir, { recursive: true, force: true });
}

async function simulate(world: Installation): Promise<boolean> {
  const users = new Users(world.gatewayUrl, LANES);
  const began = performance.now();
  const ends = await runAll(world, users, began).finally(() => users.stop());
  const seconds = (performance.now() - began) / 1000;
  console.log(`\nbaseline: ${RATE} of users convert; seed ${SEED}\n`);
  showTrials('A/A: the candidate is the same', ends.same);
  showTrials(`${(100 * EFFECT).toFixed(0)} % more convert with the candidate`, ends.better);
  showUsers(users.figures, seconds);
  showVoids([...ends.same, ...ends.better]);
  for (const fault of ends.faults) console.log(`  ${fault}`);
  const missed = [...judgeTrials(ends.same, ends.better), ...(ends.faults.length > 0 ? ['rollouts broke'] : [])];
  if (ends.same.length + ends.better.length < planned.length) missed.push('not all rollouts were run');
  console.log(missed.length === 0 ? '\nas promised' : `\nMISSED: ${missed.join('; ')}`);
  return missed.length === 0;
}

interface Ends {
  readonly same: TrialEnd[];
  readonly better: TrialEnd[];
  readonly faults: string[];
}

async function runAll(world: Installation, users: Users, began: number): Promise<Ends> {
  const ends: Ends = { same: [], better: [], faults: [] };
  const [running, withUsers] = [new Places(AT_ONCE), new Places(WITH_USERS)];
  const trials: Promise<void>[] = [];
  for (const [k, { service, isBetter }] of planned.entries()) {
    const leave = await running.take();
    const leaveUsers = await withUsers.take();
    if (performance.now() - began > LAST_START_MS) break;
    const rates = { baseline: RATE, candidate: isBetter ? RATE * (1 + EFFECT) : RATE };
    const plan = { spec: experimentSpec(service, world.models), rates, random: seededRandom(SEED + 1 + k) };
    const trial = runTrial({ installation: world, users, served: leaveUsers }, plan)
      .then((end) => void (isBetter ? ends.better : ends.same).push(end))
      .catch((error: unknown) => void ends.faults.push(`${service}: ${String(error)}`))
      .finally(() => {
        leave();
        leaveUsers();
        tellProgress(ends, users.figures, began);
      });
    trials.push(trial);
  }
  await Promise.all(trials);
  return ends;
}

function showUsers({ requests, failed, conversions, refused, faults }: UserFigures, seconds: number): void {
  console.log(
    `\n${requests} users in ${seconds.toFixed(0)} s, ${failed} failed; ${conversions} said what they did, ${refused} were not believed`,
  );
  for (const fault of faults) console.log(`  ${fault}`);
}

function tellProgress({ same, better, faults }: Ends, { requests }: UserFigures, began: number): void {
  const ended = same.length + better.length + faults.length;
  if (ended % 20 !== 0) return;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.error(`${ended} of ${planned.length} rollouts have ended after ${seconds} s and ${requests} users`);
}
