/**
 * Faults against real processes: `npm run drill [-- --only <name>]`
 * Starts Temporal, PostgreSQL, a worker, an api, two gateways and model servers of its own, and breaks them. Exit code 1 where something differs
 * from what is expected, 2 where PostgreSQL is missing.
 */
import { parseArgs } from 'node:util';
import { printTable } from '../bench/table.js';
import { untilSignal } from '../src/cli/until-signal.js';
import { connectTemporal, temporalSettings } from '../src/temporal/connection.js';
import { audit } from './drill/audit.js';
import { EXERCISES } from './drill/exercises.js';
import type { Exercise, Finding } from './drill/finding.js';
import { openInstallation } from './drill/installation.js';
import { startLoad } from './drill/load.js';
import { postgresPrograms } from './drill/postgres.js';
import { Site } from './drill/site.js';
import { auditFindings } from './drill/summary.js';
import { seconds } from './drill/wait.js';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = EXERCISES.filter(({ name }) => values.only === undefined || name === values.only);
const programs = await postgresPrograms();
if (chosen.length === 0) {
  console.error(`--only ${values.only}: expected one of ${EXERCISES.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else if (programs === null) {
  console.error(
    'the drill needs PostgreSQL that it may stop: install it (Debian: apt-get install postgresql), unset TEST_DATABASE_URL',
  );
  process.exitCode = 2;
} else process.exitCode = (await drill(chosen, programs)) ? 0 : 1;

/** @returns whether all was as expected */
async function drill(exercises: readonly Exercise[], programs: string): Promise<boolean> {
  const from = performance.now();
  const say = (line: string) => console.error(`${seconds(performance.now() - from).padStart(8)}  ${line}`);
  const services = exercises.flatMap((exercise) => exercise.services);
  const installation = await openInstallation(programs, services);
  const link = await connectTemporal(temporalSettings(installation.temporal.address));
  const load = startLoad(installation.gateways.map(({ url }) => url));
  const site = new Site(installation, link.client, load);
  say(`Temporal, PostgreSQL, api, worker and two gateways run; their logs are in ${installation.folder}`);
  const findings: Finding[] = [];
  const runAll = async () => {
    for (const exercise of exercises) {
      say(exercise.name);
      findings.push(...(await runOne(exercise, site)));
    }
    await load.stop();
    findings.push(...auditFindings(await audit(site), site.rollbacks));
    return true;
  };
  let isGood = false;
  try {
    const isThrough = await Promise.race([runAll(), untilSignal().then(() => false)]);
    isGood = isThrough && findings.every(({ isAsExpected }) => isAsExpected);
  } finally {
    await load.stop();
    await link.close();
    await installation.close(!isGood);
  }
  printTable(['drill', 'expected', 'seen'], findings.map(rowOf));
  const after = `after ${seconds(performance.now() - from)}`;
  console.log(isGood ? `\nall as expected, ${after}` : `\nsomething differs, ${after}; logs: ${installation.folder}`);
  return isGood;
}

function rowOf({ drill, expected, seen, isAsExpected }: Finding): string[] {
  return [drill, expected, isAsExpected ? seen : `DIFFERS: ${seen}`];
}

/** A drill that can't even begin is one that differs. */
async function runOne(exercise: Exercise, site: Site): Promise<Finding[]> {
  try {
    return await exercise.run(site);
  } catch (error) {
    const seen = (error as Error).message;
    return [{ drill: exercise.name, expected: 'it can be run', seen, isAsExpected: false }];
  }
}
