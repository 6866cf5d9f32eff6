import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { sendCommand } from '../../src/client/send-command.js';
import { workflowIdOf } from '../../src/client/workflow-ids.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { answers, predicts, startServer } from '../gateway/stage.js';
import { findPostgres } from '../setup/postgres.js';
import { Installation } from './installation.js';

jest.setTimeout(180_000);
const source = await findPostgres();
const withPostgres = source === null ? test.skip : test;

let it: Installation;
let link: TemporalLink;
beforeAll(async () => {
  it = await Installation.open('e2e');
  link = await connectTemporal({ ...temporalSettings(process.env['SLUICE_TEST_TEMPORAL']), namespace: it.namespace });
});
afterAll(() => Promise.all([it?.close(), link?.close()]));

// A test that fails in the middle of a rollout must not stand in the way of those after it.
afterEach(async () => {
  it.restartWorker();
  const left = link.client.workflow.getHandle(workflowIdOf('digits'));
  if (await isRunning(left)) await left.cancel();
  while (await isRunning(left)) await new Promise((resolve) => setTimeout(resolve, 100));
  // Whatever happened.
  expect(it.newFailures()).toEqual([]);
});

async function isRunning(rollout: WorkflowHandle): Promise<boolean> {
  const found = await rollout.describe().catch(() => null);
  return found?.status.name === 'RUNNING';
}

/** The example, quicker: fewer samples, so that the suite ends in time; of so few, chance makes less agree. */
const quick = [
  ['minSamples: 200, minAgreement: 0.85', 'minSamples: 100, minAgreement: 0.75'],
  ['bake: 5s', 'bake: 2s'],
  ['keepBaselineWarm: 10s', 'keepBaselineWarm: 2s'],
  ['minDetectableEffect: 0.04', 'minDetectableEffect: 0.08'],
] as const;
/** One long step, to do things in. */
const longStep = [
  [/steps:\n(.*\n)*?(?= {2}abTest)/, 'steps: [ { setWeight: 20, bake: 10m } ]\n'],
  ['minSamples: 200, minAgreement: 0.85', 'minSamples: 50, minAgreement: 0.7'],
] as const;

describe('bad input', () => {
  test('a wrong spec: exit 2, with file, line and column', async () => {
    const path = join(it.folder, 'bad.yaml');
    await writeFile(path, 'sluice: v1\nservice: digits\nguardrials: []\nservice: twice\n');
    const lint = await it.sluice('lint', path);
    expect(lint.code).toBe(2);
    expect(lint.stdout).toContain(`${path}:4:1:`);
    const start = await it.sluice('start', path);
    expect([start.code, start.stdout]).toEqual([2, '']);
  });

  test.each([
    ['a weight of 130', 'setWeight: 30', 'setWeight: 130', /phases\.canary\.steps\.2\.setWeight: .*100 \(got 130\)/],
    ['steps that fall', 'setWeight: 30', 'setWeight: 3', /weight 3 does not rise above the 10 before it/],
    ['NaN', 'setWeight: 30', 'setWeight: .nan', /expected a number \(got NaN\)/],
    ['an unknown key', 'minAgreement', 'minAgreemnt', /unknown key minAgreemnt/],
    ['the same version twice', 'version: v2', 'version: v1', /candidate and baseline are the same version, v1/],
  ])('%s: exit 2', async (_, from, to, message) => {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'bad.yaml', [[from, to]]);
    const { code, stdout } = await it.sluice('lint', path);
    expect([code, stdout]).toEqual([2, expect.stringMatching(message)]);
    expect(stdout).toMatch(/bad\.yaml:\d+:\d+: /);
  });

  test('a service without a rollout: exit 1, and says so', async () => {
    expect(await it.sluice('get', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no rollout of nothing was ever started'),
    });
    expect(await it.sluice('approve', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no rollout of nothing is running'),
    });
  });

  test('a model server that is down: fails in validation, with address and cause, traffic untouched', async () => {
    const before = await it.route();
    const path = await it.fileFrom('examples/digits-v2.yaml', 'down.yaml', [
      [`127.0.0.1:${it.ports.v2}`, '127.0.0.1:9'],
    ]);
    const { code, stdout } = await it.sluice('start', path, '--wait', '--timeout', '60s');
    expect(code).toBe(1);
    expect(stdout).toMatch(/because {2}validation: model digits v2 at http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/);
    expect(await it.route()).toEqual(before);
  });
});

describe('people', () => {
  test('pause, resume and abort (exit 3); what can not be taken is refused (exit 4)', async () => {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'long.yaml', longStep);
    const started = await it.sluice('start', path);
    expect(started.code).toBe(0);
    const { rolloutId } = await it.until((state) => state.weightPercent === 20);
    expect((await it.route()).effectiveWeightPercent).toBe(20);

    const second = await it.sluice('start', path);
    expect(second).toMatchObject({ code: 4, stderr: expect.stringContaining(rolloutId) });
    const early = await it.sluice('approve', 'digits');
    expect(early).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/nothing waits for an approval: .* in phase canary/),
    });

    expect((await it.sluice('pause', 'digits', '--reason', 'lunch')).code).toBe(0);
    expect(await it.sluice('get', 'digits')).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('paused   by tester: lunch'),
    });
    expect((await it.sluice('resume', 'digits')).code).toBe(0);
    expect((await it.sluice('get', 'digits', '--watch', '--timeout', '1s')).code).toBe(124);

    expect((await it.sluice('abort', 'digits', '--reason', 'drill')).code).toBe(0);
    await it.until((state) => state.status === 'aborted');
    expect(await it.sluice('get', 'digits')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('abort by tester: drill'),
    });
    expect((await it.decisions(rolloutId)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['start', 'pause', 'resume', 'abort']),
    );
  });
});

/** Quick phases up to the one that is to be interrupted. An evaluation of few units may be held: no user of a hundred met a wrong answer. */
const phasesFor = (phase: string) => `phases:
  shadow: { minSamples: ${phase === 'shadow' ? 100_000 : 20}, minAgreement: 0.5 }
  canary: { steps: [ { setWeight: 20, bake: ${phase === 'canary' ? '10m' : '1s'} } ] }
  ${phase === 'abTest' ? 'abTest: { primary: accuracy, minDetectableEffect: 0.001 }' : ''}
  cutover: { keepBaselineWarm: 1h }
watch:`;

describe('abort', () => {
  test.each(['shadow', 'canary', 'abTest', 'cutover'])(
    'in phase %s: no user and no copy meets the candidate 2 s after the command',
    async (phase) => {
      const path = await it.fileFrom('examples/digits-v2.yaml', `${phase}.yaml`, [
        [/phases:\n[^]*?watch:/, phasesFor(phase)],
      ]);
      expect((await it.sluice('start', path)).code).toBe(0);
      await it.until(
        // The phase begins before its weight is set.
        ({ phase: at, waiting, weightPercent, shadowPercent }) =>
          at === phase && (phase === 'cutover' ? waiting?.kind === 'warm-baseline' : weightPercent + shadowPercent > 0),
      );
      const exposed = async () => {
        const { route, effectiveWeightPercent, effectiveShadowPercent } = await it.route();
        return route.baseline.version !== 'v1' || effectiveWeightPercent > 0 || effectiveShadowPercent > 0;
      };
      expect(await exposed()).toBe(true);
      const sentAt = performance.now();
      const sent = sendCommand(link.client, 'digits', 'abort', { actor: 'tester', reason: 'drill' });
      while (await exposed()) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(performance.now() - sentAt).toBeLessThan(2000);
      await sent;
      await it.until((state) => state.status === 'aborted');
    },
  );

  test('in validation: traffic was never touched', async () => {
    const before = await it.route();
    const path = await it.fileFrom('examples/digits-v2.yaml', 'validation.yaml', [['batchSize: 100', 'batchSize: 1']]);
    expect((await it.sluice('start', path)).code).toBe(0);
    await sendCommand(link.client, 'digits', 'abort', { actor: 'tester', reason: 'drill' });
    await it.until((state) => state.status === 'aborted');
    expect(await it.route()).toEqual(before);
  });
});

describe('the control plane is lost', () => {
  withPostgres('kill -9 of the worker in a canary step: the next one goes on, and nothing is done twice', async () => {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'killed.yaml', [
      [/steps:\n(.*\n)*?(?= {2}abTest)/, 'steps: [ { setWeight: 20, bake: 8s }, { setWeight: 40, bake: 1s } ]\n'],
      [/ {2}(abTest|impact):.*\n/, ''],
      ['minSamples: 200, minAgreement: 0.85', 'minSamples: 50, minAgreement: 0.7'],
      ['keepBaselineWarm: 10s', 'keepBaselineWarm: 60s'],
    ]);
    await it.sluice('start', path);
    const { rolloutId, epoch } = await it.until((state) => state.weightPercent === 20);
    await it.kill('worker');
    // Nobody answers a query now; the store does.
    const recorded = await it.sluice('get', 'digits');
    expect(recorded).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(rolloutId),
      stderr: expect.stringContaining('no worker answers'),
    });
    it.startWorker();
    const state = await it.until((s) => s.waiting?.kind === 'warm-baseline');
    expect(state.epoch).toBe(epoch + 2);
    const decisions = await it.decisions(rolloutId);
    expect(decisions.map(({ sequence }) => sequence)).toEqual(decisions.map((_, i) => i + 1));
    expect(decisions.filter(({ action }) => action === 'set-weight').map(({ weightPercent }) => weightPercent)).toEqual(
      [0, 20, 40],
    );
    expect((await it.sluice('rollback', 'digits')).code).toBe(0);
    await it.until((s) => s.status === 'rolled-back');
    expect((await it.route()).route.baseline.version).toBe('v1');
  });

  withPostgres('no worker for longer than the lease: the candidate loses its traffic by itself', async () => {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'leased.yaml', longStep);
    await it.sluice('start', path);
    await it.until((state) => state.weightPercent === 20);
    await it.kill('worker');
    const deadline = performance.now() + 8000;
    while ((await it.route()).effectiveWeightPercent > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await it.route()).effectiveWeightPercent).toBe(0);
    expect(await it.sluice('abort', 'digits')).toMatchObject({ code: 1, stderr: expect.stringContaining('NO_WORKER') });
    it.startWorker();
    await it.until((state) => state.status === 'aborted');
  });
});

test('a candidate that breaks all at once: the gateway takes it out, and the rollout rolls back with its reason', async () => {
  const breaking = await startServer(predicts('7'));
  try {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'brake.yaml', [
      ...longStep,
      [`http://127.0.0.1:${it.ports.v2}`, breaking.url],
      [/ {2}validation:\n(.*\n)*?(?= {2}canary)/, ''],
      ['guardrails:', 'traffic: { brake: { minRequests: 10, errorRate: { max: 0.5 } } }\nguardrails:'],
      ['margin: 0.02', 'margin: 0.02, minSamples: 100000'],
      ['margin: 0.15', 'margin: 0.9'],
    ]);
    await it.sluice('start', path);
    await it.until((state) => state.weightPercent === 20);
    const brokenAt = performance.now();
    breaking.behaviour = answers(500);
    const state = await it.until(({ status }) => status === 'rolled-back');
    expect(performance.now() - brokenAt).toBeLessThan(10_000);
    expect(state.reason).toMatch(/^brake of \S+: \d+ of the candidate's last \d+ answers failed: above 50 %$/);
    expect((await it.route()).route).toMatchObject({ baseline: { version: 'v1' }, candidate: null });
  } finally {
    await breaking.close();
  }
});

test('a candidate that answers NaN, which is no JSON: it is taken out for what it does not say', async () => {
  const mad = await startServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"outputs":[{"name":"predict","shape":[1,1],"datatype":"FP32","data":[NaN]}]}');
  });
  try {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'mad.yaml', [
      ...longStep,
      [`http://127.0.0.1:${it.ports.v2}`, mad.url],
      [/ {2}validation:\n(.*\n)*?(?= {2}canary)/, ''],
    ]);
    await it.sluice('start', path);
    const state = await it.until(({ status }) => status === 'rolled-back');
    expect(state.reason).toMatch(
      /^prediction_drift: label "\(no prediction\)" is 100\.00 % of the candidate's \d+ predictions, 0\.00 % of the baseline's/,
    );
  } finally {
    await mad.close();
  }
});

describe('the two rollouts of the demo', () => {
  test('v2 is promoted after an approval: exit 0', async () => {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'v2.yaml', quick);
    const rollout = it.sluice('start', path, '--wait', '--timeout', '150s');
    await it.until((state) => state.waiting?.kind === 'approval');
    expect(await it.sluice('get', 'digits')).toMatchObject({
      code: 5,
      stdout: expect.stringContaining('waiting for a person'),
    });
    expect(await it.sluice('list', '--active')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/digits +v1 → v2 +waiting \(needs you\) +canary +10 %/),
    });
    expect((await it.sluice('approve', 'digits', '--actor', 'alice', '--reason', 'looks good')).code).toBe(0);
    const { code, stdout } = await rollout;
    expect([code, stdout]).toEqual([0, expect.stringContaining('promoted')]);
    expect((await it.route()).route).toMatchObject({ baseline: { version: 'v2' }, candidate: null, leaseMs: null });
    const { rolloutId } = await it.state();
    expect(await it.decisions(rolloutId)).toEqual(
      expect.arrayContaining([expect.objectContaining({ action: 'approve', actor: 'alice', source: 'update' })]),
    );
  });

  test('v3 is rolled back by a guardrail: exit 3, with its numbers', async () => {
    const path = await it.fileFrom('examples/digits-v3.yaml', 'v3.yaml');
    const { code, stdout } = await it.sluice('start', path, '--wait', '--timeout', '120s');
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /because {2}prediction_drift: label "\d" is 100\.00 % of the candidate's \d+ predictions, \d+\.\d+ % of the baseline's \d+/,
    );
    expect((await it.route()).route).toMatchObject({ baseline: { version: 'v2' }, candidate: null });
  });

  test('a rollout that names another baseline than what serves is refused', async () => {
    const path = await it.fileFrom('examples/digits-v2.yaml', 'stale.yaml', quick);
    const { code, stdout } = await it.sluice('start', path, '--wait', '--timeout', '60s');
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/digits serves v2 \(epoch \d+\), but the spec names v1 as its baseline/),
    ]);
  });
});
