import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import axios from 'axios';
import { seedHistory } from '../../bench/experiments/history.js';
import { type Installation, install } from '../../bench/experiments/installation.js';
import { experimentSpec } from '../../bench/experiments/specs.js';
import { runTrial } from '../../bench/experiments/trial.js';
import { Users } from '../../bench/experiments/users.js';
import { seededRandom } from '../../examples/traffic/random.js';
import type { Report } from '../../src/domain/report.js';
import { findPostgres } from '../setup/postgres.js';

/** One of the rollouts that `npm run bench:experiments` counts by hundreds, with an effect that nobody can miss. */
jest.setTimeout(120_000);
const withPostgres = (await findPostgres()) === null ? test.skip : test;
const SERVICE = 'experiment-known-truth';
const RATES = { baseline: 0.6, candidate: 0.9 };

let it: Installation | null = null;
let users: Users | null = null;
beforeAll(async () => {
  if (withPostgres === test.skip) return;
  const temporalAddress = process.env['SLUICE_TEST_TEMPORAL'] ?? '';
  it = await install({ temporalAddress, namespace: 'experiments', services: [SERVICE] });
  await seedHistory(it.store, [SERVICE], RATES.baseline, seededRandom(1));
  users = new Users(it.gatewayUrl, 8);
});
afterAll(async () => {
  await users?.stop();
  await it?.close();
});

withPostgres(
  'a better candidate is found by users of a real gateway, promoted, and reported as it was decided',
  async () => {
    if (it === null || users === null) throw new Error('nothing was started');
    const spec = experimentSpec(SERVICE, it.models, { maxDuration: '60s' });
    const { state, looks, isHeld, met } = await runTrial(
      { installation: it, users },
      { spec, rates: RATES, random: seededRandom(2) },
    );
    const last = looks.at(-1);
    const primary = last?.estimates.find(({ role }) => role === 'primary');

    expect(isHeld).toBe(false);
    expect(state.status).toBe('promoted');
    expect(users.figures).toMatchObject({ failed: 0, refused: 0, faults: [] });

    // Planned from what was measured before: 0.6 of 900 users convert, so a tenth more takes about 2,200 an arm.
    const need = state.experiment?.neededPerArm ?? 0;
    expect(need).toBeGreaterThan(1500);
    expect(need).toBeLessThan(3000);
    expect(state.experiment?.tuning).toBe(2 * need);

    // Kept from the first look on, undecided at first; superior ends it, with fewer users than planned.
    expect(looks.map(({ at }) => at)).toEqual(looks.map(({ at }) => at).toSorted());
    expect(looks[0]?.verdict).toBe('inconclusive');
    expect(last).toMatchObject({
      verdict: 'superior',
      decision: 'promote',
      hypothesis: spec.phases.abTest?.hypothesis,
    });
    expect(last?.findings.filter(({ severity }) => severity === 'void')).toEqual([]);
    expect(Math.min(met.baseline, met.candidate)).toBeLessThanOrEqual(need);

    // What was measured is what was true, and each unit that it rests on is one that the gateway answered.
    expect(primary?.relativeInterval?.[0]).toBeGreaterThan(0);
    expect(primary?.relativeInterval?.[0]).toBeLessThan(0.5);
    expect(primary?.relativeInterval?.[1]).toBeGreaterThan(0.5);
    expect(primary?.baseline.units).toBeLessThanOrEqual(met.baseline);
    expect(primary?.candidate.units).toBeLessThanOrEqual(met.candidate);

    // The report says what the workflow decided.
    const { data } = await axios.get<Report>(`${it.apiUrl}/v1/rollouts/${state.rolloutId}/report`, {
      proxy: false,
      timeout: 30_000,
    });
    expect(data.rollout).toMatchObject({ rolloutId: state.rolloutId, status: 'promoted' });
    expect(data.experiments.data?.at(-1)).toEqual(last);
    // What goes on while the next move is cleared is looked at as well.
    expect(state.phases.abTest.status).toBe('passed');
    expect(looks.filter(({ decision }) => decision === 'promote').map(({ reason }) => reason)).toContain(
      state.phases.abTest.note,
    );
    const decided = data.decisions.data?.find(({ action }) => action === 'plan');
    expect(decided?.reason).toContain('conversion needs');
  },
);
