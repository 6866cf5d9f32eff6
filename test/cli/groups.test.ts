import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDevServer, type TemporalServer } from '../../src/temporal/dev-server.js';
import { freePort } from '../setup/free-port.js';
import { runCommand } from '../setup/sluice.js';
import { Stage, World } from '../workflow/harness.js';

let [server, stage, folder] = [undefined as unknown as TemporalServer, undefined as unknown as Stage, ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
  const [port, uiPort] = [await freePort(), await freePort()];
  // One of its own: the CLI's task queue is the same for all.
  server = await startDevServer({ stateDir: folder, port, uiPort, report: () => undefined });
  stage = await Stage.open(server.address);
});
afterAll(async () => {
  await stage.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const sluice = (...args: string[]) =>
  runCommand(args, { env: { TEMPORAL_ADDRESS: server.address, USER: 'tess' }, cwd: folder });

async function writeSpec(service: string, bake: string): Promise<string> {
  const text = `
sluice: v1
service: ${service}
owner: ml-platform
baseline: { version: v1, url: http://127.0.0.1:1 }
candidate: { version: v2, url: http://127.0.0.1:2 }
protocol: { model: ${service} }
guardrails: [{ metric: error_rate }]
phases: { canary: { steps: [{ setWeight: 10, bake: ${bake} }] }, cutover: { keepBaselineWarm: 20ms } }
watch: { tick: 200, window: 1000, lease: 2000 }
`;
  await writeFile(join(folder, `${service}.yaml`), text);
  return `${service}.yaml`;
}

test('a group: started, asked about, approved, followed', async () => {
  const waves = `  - { name: first, rollouts: [${await writeSpec('cli-a', '20ms')}], pause: { approval: {} } }
  - { name: rest, rollouts: [${await writeSpec('cli-b', '20ms')}] }`;
  await writeFile(join(folder, 'group.yaml'), `sluice: group/v1\nname: cli\nowner: ml-platform\nwaves:\n${waves}\n`);
  await stage.run(new World(), 'sluice', async () => {
    expect(await sluice('lint', 'group.yaml')).toMatchObject({ code: 0, stdout: 'group.yaml: ok\n' });
    expect((await sluice('group', 'start', 'group.yaml')).stdout).toMatch(/^started cli-\d{8}-\d{6}-/);
    expect(await sluice('group', 'start', 'group.yaml')).toMatchObject({ code: 4 });
    let shown = await sluice('group', 'get', 'cli');
    while (shown.code === 0) shown = await sluice('group', 'get', 'cli');
    // It waits for a person.
    expect(shown.code).toBe(5);
    expect(shown.stdout).toContain('waits    approval after wave first (approval, until ');
    expect(shown.stdout).toContain('✔ cli-a  v1 → v2  promoted');
    expect((await sluice('group', 'approve', 'cli', '--reason', 'fine')).stdout).toContain('approve accepted: cli-');
    const followed = await sluice('group', 'get', 'cli', '--watch', '--timeout', '60s');
    expect(followed.code).toBe(0);
    expect(followed.stdout).toContain('2 of 2 are promoted');
    expect(await sluice('group', 'abort', 'cli')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NOT_FOUND'),
    });
  });
}, 120_000);

test('rollouts that wait: queued, shown, taken out, superseding, tried again', async () => {
  const [long, short] = [await writeSpec('cli-q', '1h'), 'cli-q-short.yaml'];
  await stage.run(new World(), 'sluice', async () => {
    expect((await sluice('start', long)).stdout).toMatch(/^started cli-q-/);
    expect(await sluice('start', long)).toMatchObject({ code: 4, stderr: expect.stringContaining('ROLLOUT_CONFLICT') });
    const queued = await sluice('start', long, '--on-conflict', 'queue', '-o', 'json');
    const { rolloutId, ...rest } = JSON.parse(queued.stdout);
    expect(rest).toEqual({ workflowId: 'rollout/cli-q', runId: null, queued: 1, dropped: [] });
    expect((await sluice('queue', 'cli-q')).stdout).toMatch(new RegExp(`^1  ${rolloutId}  v1 → v2 +tess`, 'm'));
    expect((await sluice('dequeue', 'cli-q', rolloutId)).stdout).toBe(`${rolloutId} waits no more\n`);
    await writeFile(join(folder, short), (await readFile(join(folder, long), 'utf8')).replace('1h', '20ms'));
    const ended = await sluice('start', short, '--on-conflict', 'supersede', '--reason', 'a fix', '--wait');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('queued cli-q-');
    expect(await sluice('retry', 'cli-q')).toMatchObject({ code: 4, stderr: expect.stringContaining('was promoted') });
  });
}, 120_000);
