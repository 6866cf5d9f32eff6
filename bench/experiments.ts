import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../examples/traffic/random.js';
import { startDevServer } from '../src/temporal/dev-server.js';
import { freePort } from '../test/setup/free-port.js';
import { judgeTrials, showTrials } from './experiments/figures.js';
import { seedHistory } from './experiments/history.js';
import { type Installation, install } from './experiments/installation.js';
import { Places } from './experiments/places.js';
import { EFFECT, experimentSpec } from './experiments/specs.js';
import { runTrial, type TrialEnd } from './experiments/trial.js';
import { Users } from './experiments/users.js';

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
  const [same, better]: [TrialEnd[], TrialEnd[]] = [[], []];
  const [running, served] = [new Places(AT_ONCE), new Places(WITH_USERS)];
  const trials: Promise<void>[] = [];
  try {
    for (const [k, { service, isBetter }] of planned.entries()) {
      const leave = await running.take();
      const leaveUsers = await served.take();
      if (performance.now() - began > LAST_START_MS) break;
      const rates = { baseline: RATE, candidate: isBetter ? RATE * (1 + EFFECT) : RATE };
      const plan = { spec: experimentSpec(service, world.models), rates, random: seededRandom(SEED + 1 + k) };
      const trial = runTrial({ installation: world, users, served: leaveUsers }, plan)
        .then((end) => void (isBetter ? better : same).push(end))
        .finally(leave);
      trials.push(trial);
      tellProgress(same.length + better.length, began);
    }
    await Promise.all(trials);
  } finally {
    await users.stop();
  }
  const seconds = (performance.now() - began) / 1000;
  const change = `converts ${(100 * EFFECT).toFixed(0)} % more`;
  console.log(`\nbaseline converts ${RATE}, seed ${SEED}\n`);
  if (same.length > 0) showTrials('A/A: the candidate is the same', same);
  console.log();
  if (better.length > 0) showTrials(`the candidate ${change}`, better);
  const { requests, failed, conversions, refused, faults: broken } = users.figures;
  console.log(
    `\n${requests} users in ${seconds.toFixed(0)} s, ${failed} failed; ${conversions} said whether they converted, ${refused} refused`,
  );
  for (const fault of broken) console.log(`  ${fault}`);
  const faults = judgeTrials(same, better);
  if (same.length + better.length < planned.length) faults.push('not all rollouts were run in time');
  console.log(faults.length === 0 ? '\nas promised' : `\nMISSED: ${faults.join('; ')}`);
  return faults.length === 0;
}

function tellProgress(ended: number, began: number): void {
  if (process.stderr.isTTY !== true && ended % 20 !== 0) return;
  console.error(`${ended} of ${planned.length} have ended after ${((performance.now() - began) / 1000).toFixed(0)} s`);
}
