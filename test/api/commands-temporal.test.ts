import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { commandSinkOver } from '../../src/client/command-sink.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Store } from '../../src/ports/store.js';
import { type People, people, publicOnly } from '../identity/signed.js';
import { sluice } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';
import { freshNames, Stage, spec, World } from '../workflow/harness.js';
import { openSite, type Site, sha256, TOKENS } from './site.js';

jest.setTimeout(120_000);
const RELEASE = 'slc_release-of-the-test-suite';
const fresh = freshNames('api');
const asked = {
  canary: {
    steps: [
      { setWeight: 10, bake: '20ms' as const },
      { pause: { approval: { approvers: ['role:release'], fourEyes: true, timeout: '1h' as const } } },
    ],
  },
};

let [keys, stage, store] = [
  undefined as unknown as People,
  undefined as unknown as Stage,
  undefined as unknown as Store,
];
beforeAll(async () => {
  keys = await people();
  stage = await Stage.open(undefined, 'test', Object.values(keys).map(publicOnly));
  store = await testStore();
}, 240_000);
afterAll(async () => {
  await store?.close();
  await stage?.close();
});

async function siteFor(taskQueue: string): Promise<Site> {
  const commands = commandSinkOver(async () => stage.temporal.client, { key: keys.api, taskQueue });
  const site = await openSite(store, { commands });
  const entry = `  - { name: Rita, subject: rita@example.test, roles: [approver, release], sha256: ${sha256(RELEASE)} }`;
  const people = ['operator', 'approver'].map(
    (role) =>
      `  - { name: ${role}, subject: ${role}@example.test, roles: [${role}], sha256: ${sha256(TOKENS[role as 'operator'])} }`,
  );
  writeFileSync(site.file, `sluice: api-tokens/v1\ntokens:\n${[...people, entry].join('\n')}\n`);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return site;
}

test('the api vouches for whoever brings a token: started by one, approved by another with the role', async () => {
  const [world, service] = [new World(), fresh()];
  world.identityKeys = Object.values(keys).map(publicOnly);
  const site = await siteFor(service);
  await stage.run(world, service, async () => {
    const operator = site.client(TOKENS.operator);
    const { rolloutId } = await operator.startRollout({ spec: JSON.parse(JSON.stringify(yamlOf(service))) });
    const handle = stage.temporal.client.workflow.getHandle(`rollout/${service}`);
    await expect(operator.startRollout({ spec: yamlOf(service) })).rejects.toMatchObject({
      status: 409,
      code: 'ROLLOUT_CONFLICT',
    });
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      if ((await handle.query<RolloutState>('state')).status === 'waiting') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const approve = { command: 'approve' as const, reason: 'why' };
    // The api lets an approver ask; the rollout's own rule says no.
    await expect(site.client(TOKENS.approver).sendCommand(service, approve)).rejects.toMatchObject({
      status: 409,
      message: expect.stringMatching(/not among the approvers: role:release/),
    });
    const rita = site.client(RELEASE);
    const said = await rita.sendCommand(service, approve, { idempotencyKey: 'once' });
    expect(said).toMatchObject({ accepted: true, decisionId: 'once', rolloutId });
    expect(await handle.result()).toMatchObject({ status: 'promoted', startedBy: 'operator@example.test' });
    // The same key is the same decision, also after the end.
    expect(await rita.sendCommand(service, approve, { idempotencyKey: 'once' })).toEqual(said);
  });
  expect(world.decisions.find(({ action }) => action === 'approve')).toMatchObject({
    actor: 'rita@example.test',
    subject: 'rita@example.test',
  });
  await site.close();
});

test('no worker: 503 after five seconds, saying so', async () => {
  const service = fresh();
  const site = await siteFor(service);
  const operator = site.client(TOKENS.operator);
  await operator.startRollout({ spec: yamlOf(service) });
  const from = performance.now();
  await expect(operator.sendCommand(service, { command: 'pause' })).rejects.toMatchObject({
    status: 503,
    code: 'NO_WORKER',
    message: expect.stringMatching(/worker.*sluice worker/),
  });
  expect(performance.now() - from).toBeLessThan(10_000);
  await stage.temporal.client.workflow.getHandle(`rollout/${service}`).terminate();
  await site.close();
});

test('the CLI with a token and no way to Temporal: starts, queues, decides and follows in the name of the token’s owner', async () => {
  const [world, service] = [new World(), fresh()];
  world.identityKeys = Object.values(keys).map(publicOnly);
  const site = await siteFor(service);
  const file = `${site.file}.spec.yaml`;
  writeFileSync(file, JSON.stringify(yamlOf(service)));
  const as = (token: string, ...args: string[]) =>
    sluice({ TEMPORAL_ADDRESS: '127.0.0.1:9', SLUICE_API: site.api.url, SLUICE_TOKEN: token }, ...args);
  await stage.run(world, service, async () => {
    const started = await as(TOKENS.operator, 'start', file);
    expect(started).toMatchObject({ code: 0, stdout: expect.stringMatching(/^started .*-/) });
    expect(await as(TOKENS.operator, 'start', file, '--actor', 'ann')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--actor ann: the api is asked/),
    });
    expect(await as(TOKENS.operator, 'start', file)).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/is running: .*ROLLOUT_CONFLICT/s),
    });
    const queued = JSON.parse(
      (await as(TOKENS.operator, 'start', file, '--on-conflict', 'queue', '-o', 'json')).stdout,
    );
    expect(queued).toMatchObject({ runId: null, queued: 1 });
    const waiting = await as(TOKENS.operator, 'queue', service, '-o', 'json');
    expect(JSON.parse(waiting.stdout)).toMatchObject({ entries: [{ startedBy: 'operator@example.test' }] });
    expect(await as(TOKENS.operator, 'dequeue', service, queued.rolloutId)).toMatchObject({ code: 0 });
    expect(await as(TOKENS.operator, 'abort', service, '--reason', 'enough')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^abort accepted: .* in phase /),
    });
    const handle = stage.temporal.client.workflow.getHandle(`rollout/${service}`);
    expect(await handle.result()).toMatchObject({ status: 'aborted', startedBy: 'operator@example.test' });
  });
  expect(world.decisions.find(({ action }) => action === 'abort')).toMatchObject({
    actor: 'operator@example.test',
    subject: 'operator@example.test',
  });
  await site.close();
  expect(await as(TOKENS.operator, 'abort', service, '--reason', 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/without SLUICE_TOKEN Temporal itself is asked, and rollback --force/),
  });
});

/** As somebody writes it: the harness' own is checked already, with durations as numbers. */
function yamlOf(service: string): Record<string, unknown> {
  const { baseline, candidate, owner } = spec({}, service);
  return {
    sluice: 'v1',
    service,
    owner,
    baseline,
    candidate,
    protocol: { kind: 'open-inference', model: 'digits' },
    guardrails: [{ metric: 'error_rate' }],
    phases: { ...asked, cutover: { keepBaselineWarm: '20ms' } },
    watch: { tick: 200, window: 1000, lease: 2000 },
  };
}
