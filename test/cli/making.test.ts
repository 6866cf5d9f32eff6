import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { buildProgram } from '../../src/cli/program.js';
import { runCommand } from '../setup/sluice.js';

const folder = mkdtempSync(join(tmpdir(), 'sluice-making-'));
/** Nothing listens there: whatever asks anybody fails at once. */
const NOWHERE = {
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  SLUICE_API: 'http://127.0.0.1:9',
  SLUICE_GATEWAYS: 'http://127.0.0.1:9',
  USER: 'ann',
};

const sluice = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommand(args, { env: { ...NOWHERE, ...env } });

const FLAGS = [
  '--yes',
  '--service',
  'digits',
  '--baseline',
  'v1@http://127.0.0.1:8110',
  '--candidate',
  'v2@http://127.0.0.1:8120',
];

describe('init', () => {
  test('writes a spec that lint and plan take, and keeps what is there', async () => {
    const out = join(folder, 'rollout.yaml');
    const first = await sluice(['init', ...FLAGS, '--approver', 'role:release', '--out', out]);
    expect(first).toMatchObject({ code: 0, stdout: '', stderr: `wrote ${out}; next: sluice plan ${out}\n` });
    expect(await sluice(['lint', out])).toMatchObject({ code: 0, stdout: `${out}: ok\n` });
    const planned = await sluice(['plan', out, '--rps', '50', '-o', 'json']);
    expect(JSON.parse(planned.stdout)).toMatchObject({ service: 'digits', warnings: [], traffic: { source: 'given' } });

    writeFileSync(out, 'mine');
    const second = await sluice(['init', ...FLAGS, '--out', out]);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/is there already: another name, or --force/);
    expect(readFileSync(out, 'utf8')).toBe('mine');
    expect((await sluice(['init', ...FLAGS, '--out', out, '--force'])).code).toBe(0);
    expect(readFileSync(out, 'utf8')).toMatch(/^# v2 for digits/);
  }, 60_000);

  test('without a terminal nothing is asked: what is missing is named', async () => {
    const { code, stderr } = await sluice(['init', '--service', 'digits']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/missing: --baseline .*, --candidate /);
  });

  test('a flag of another kind is refused', async () => {
    const { code, stderr } = await sluice([
      'init',
      'monitor',
      '--yes',
      '--service',
      'digits',
      '--candidate',
      'v2@http://a',
    ]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/init monitor has no --candidate; it takes --service, --kind/),
    ]);
  });
});

test('whoami prints in no format that it does not have', async () => {
  const { code, stderr } = await sluice(['whoami', '-o', 'yaml']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/Allowed choices are table, json/)]);
});

test('lint names place, value, limit and what was probably meant', async () => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(
    file,
    readFileSync('examples/digits-v2.yaml', 'utf8').replace('setWeight: 30, bake', 'setWeight: 300, bakes'),
  );
  const kind = join(folder, 'kind.yaml');
  writeFileSync(kind, '# mine\nsluice: montior/v1\nname: a\n');
  const { code, stdout } = await sluice(['lint', file, kind, 'examples/gateway.yaml']);
  expect(code).toBe(2);
  expect(stdout.split('\n').map((line) => line.replace(`${folder}/`, ''))).toEqual(
    expect.arrayContaining([
      'wrong.yaml:28:22: phases.canary.steps.2.setWeight: expected at most 100 (got 300)',
      'wrong.yaml:28:27: phases.canary.steps.2: unknown key bakes; did you mean bake?',
      'kind.yaml:2:9: sluice: "montior/v1" is none of v1, gateway/v1, group/v1, monitor/v1, model-version/v1; did you mean monitor/v1?',
      'examples/gateway.yaml: ok',
    ]),
  );
}, 30_000);

describe('plan', () => {
  test('asks the api, with the spec as it is written', async () => {
    const seen: { url?: string; body: string }[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push({ url: request.url ?? '', body: Buffer.concat(parts).toString() });
        response.writeHead(404, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ code: 'NOT_FOUND', detail: 'no such route' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ended = await sluice(['plan', 'examples/production.yaml', '--units-per-day', '5000'], {
      SLUICE_API: `http://127.0.0.1:${port}`,
    });
    server.close();
    expect(seen).toEqual([
      {
        url: '/v1/rollouts/plan',
        body: JSON.stringify({ spec: readFileSync('examples/production.yaml', 'utf8'), unitsPerDay: 5000 }),
      },
    ]);
    // An older api can't: the plan is made here.
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/no such route; planned without the record of digits/);
    expect(ended.stdout).toMatch(/traffic {3}not known/);
  }, 30_000);

  test('without an api it says so, and plans', async () => {
    const { code, stdout, stderr } = await sluice(['plan', 'examples/production.yaml', '-o', 'yaml']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/does not answer.*planned without the record of digits/);
    expect(parse(stdout)).toMatchObject({ service: 'digits', expectedEnd: null });
  }, 30_000);

  test('a table has the schedule, what is seen, and what to change', async () => {
    const { stdout } = await sluice(['plan', 'examples/production.yaml', '--rps', '3']);
    expect(stdout).toMatch(/^digits: v1 -> v2, owned by ml-platform\n {2}traffic {3}3 requests\/s, as given\n/);
    expect(stdout).toMatch(/\ncanary 5 % +5 % +\d{4}-\d{2}-\d{2} \d{2}:\d{2}Z +2h +1080 +a person decides after 20h\n/);
    expect(stdout).toMatch(
      /\ncanary 25 % +error_rate +32k +from error_rate 1\.3\d %, where the baseline is taken to have 0\.50 %\n/,
    );
    expect(stdout).toMatch(
      /\n! canary 1 %: can't detect anything useful .*\n {2}what would do: a bake of \d+h, or a weight of \d+ %\n/,
    );
  }, 30_000);

  test.each([
    [['--rps', 'many'], /"many" is not a number above 0/],
    [['--error-rate', '2'], /"2" is not a share in 0\.\.1/],
    [['--window', 'long'], /"long" is not a duration/],
  ])('%j is refused', async (flags, expected) => {
    const { code, stderr } = await sluice(['plan', 'examples/production.yaml', ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
  });
});

describe('a dry run says what would be sent, and asks nobody', () => {
  const before = { ...process.env };
  beforeAll(() => void Object.assign(process.env, NOWHERE));
  afterAll(() => void (process.env = before));

  /** In this process, as nothing but a print comes of it. */
  async function dry(...args: readonly string[]): Promise<string> {
    const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await buildProgram().parseAsync(['node', 'sluice', ...args, '--dry-run']);
      return written.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      written.mockRestore();
    }
  }

  test('of a start', async () => {
    expect(JSON.parse(await dry('start', 'examples/production.yaml', '-o', 'json'))).toMatchObject({
      dryRun: true,
      what: 'start a rollout of digits, v1 -> v2',
      request: {
        workflowId: 'rollout/digits',
        startedBy: 'ann',
        provenBy: null,
        onConflict: 'reject',
        spec: { service: 'digits' },
      },
    });
  });

  test.each([
    [
      ['abort', 'digits', '--reason', 'wrong\u001b[31m model'],
      'tell the rollout of digits: abort',
      { command: 'abort', actor: 'ann' },
    ],
    [['promote', 'digits', '--full'], 'tell the rollout of digits: promote-full', { command: 'promote-full' }],
    [['set', 'weight', 'digits', '15'], 'tell the rollout of digits: set-weight', { weightPercent: 15 }],
    [['set', 'owner', 'digits', 'bob'], 'tell the rollout of digits: set-owner', { to: 'bob' }],
    [['jump', 'digits', '--to', '2'], 'tell the rollout of digits: jump', { step: 1 }],
    [
      ['rollback', 'digits', '--force'],
      'roll digits back on its gateways themselves',
      { gateways: ['http://127.0.0.1:9'] },
    ],
    [['retry', 'digits', '--from-step', '2'], "start a new attempt of digits's newest rollout", { fromStep: 2 }],
    [['dequeue', 'digits', 'digits-v3'], 'take digits-v3 out of the queue of digits', { rolloutId: 'digits-v3' }],
    [['freeze', 'create', '--for', '3d', '--reason', 'sale'], 'freeze *', { scope: '*', for: '3d' }],
    [['freeze', 'lift', 'f1', '--reason', 'over'], 'lift the freeze f1', { id: 'f1' }],
    [
      ['group', 'start', 'examples/group/group.yaml'],
      'start the group spring-release, 2 rollouts in 2 waves',
      { startedBy: 'ann' },
    ],
    [['group', 'abort', 'spring'], 'tell the group spring: abort', { command: 'abort' }],
    [['monitor', 'create', '-f', 'examples/monitors/logs.yaml'], 'create the monitor digits/logs', { replace: false }],
    [['monitor', 'pause', 'digits', 'logs'], 'pause the monitor digits/logs', { service: 'digits' }],
    [['monitor', 'run', 'digits', 'logs'], 'run the monitor digits/logs', { service: 'digits' }],
    [['monitor', 'delete', 'digits', 'logs'], 'delete the monitor digits/logs and its readings', { service: 'digits' }],
  ])('%j', async (args, what, request) => {
    const said = await dry(...args);
    const [first = '', ...rest] = said.split('\n');
    expect(first).toBe(`dry run: would ${what}; nothing is sent`);
    expect(parse(rest.join('\n'))).toMatchObject(request);
    expect(said).not.toContain('\u001b');
  });
});
