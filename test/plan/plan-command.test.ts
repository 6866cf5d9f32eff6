import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { plan } from '../../src/cli/commands/plan.js';

const SPEC = 'examples/production.yaml';
const before = { ...process.env };
let printed = '';

beforeEach(() => {
  printed = '';
  // Nothing listens there.
  process.env.SLUICE_API = 'http://127.0.0.1:9';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

test('the api is told all that is given', async () => {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    bodies.push(JSON.parse(Buffer.concat(parts).toString()));
    response.writeHead(422, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code: 'SPEC_INVALID', detail: 'heard' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.SLUICE_API = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const given = { errorRate: 0.03, unitsPerDay: 5000, primaryValue: 0.1, window: '7d' };
  await expect(plan(SPEC, { output: 'json', ...given })).rejects.toMatchObject({
    message: expect.stringMatching(/heard/),
  });
  server.close();
  expect(bodies).toEqual([{ spec: readFileSync(SPEC, 'utf8'), ...given }]);
});

test.each([{ rps: 50 }, { offline: true }])('a window is refused with %j: nothing is measured then', async (given) => {
  await expect(plan(SPEC, { output: 'table', window: '7d', ...given })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/^--window/),
  });
});

test('a plan that is made here says that it knows no freezes', async () => {
  await plan(SPEC, { output: 'json', rps: 50 });
  expect(JSON.parse(printed)).toMatchObject({ areFreezesKnown: false });
  printed = '';
  await plan(SPEC, { output: 'table', rps: 50 });
  expect(printed).toMatch(/\n {2}freezes {3}not known without an api: planned as if there were none\n/);
});
