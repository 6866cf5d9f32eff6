import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fetch } from 'undici';
import { ForceTokens } from '../../src/gateway/force-token.js';
import { GatewayStage, predicts, startServer, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const attributes = { region: 'header:x-region', plan: 'cookie:plan', age: 'body:/user/age' };
const protocol = () => ({ ...stage.route().protocol, attributes });
const users = Array.from({ length: 60 }, (_, i) => `user-${i}`);
const versionsFor = async (headers: Record<string, string>) =>
  new Set(await Promise.all(users.map(async (user) => (await stage.infer(user, headers)).version)));

describe('segments', () => {
  test('confine the candidate to an audience, with a weight of its own where they have one', async () => {
    const traffic = policyOf({
      audience: 'segments',
      segments: [
        { name: 'eu-beta', when: { region: ['eu'], plan: 'beta' }, percent: 100 },
        { name: 'eu', when: { region: 'eu' } },
      ],
    });
    await stage.apply({ weightPercent: 50, protocol: protocol(), traffic });
    expect(await versionsFor({ 'x-region': 'us' })).toEqual(new Set(['v1']));
    expect(await versionsFor({ 'x-region': 'eu', cookie: 'plan=beta' })).toEqual(new Set(['v2']));
    expect(await versionsFor({ 'x-region': 'eu' })).toEqual(new Set(['v1', 'v2']));
    await stage.gateway.close();
    const requests = new Map<string, number>();
    for (const { segment, requests: n } of stage.batches().flatMap(({ buckets }) => buckets))
      requests.set(segment, (requests.get(segment) ?? 0) + n);
    expect(Object.fromEntries(requests)).toEqual({ '': 60, 'eu-beta': 60, eu: 60 });
    await stage.restart();
  });

  test('with a weight of its own expose nobody while the candidate has none', async () => {
    const traffic = policyOf({ segments: [{ name: 'all', percent: 100 }] });
    await stage.apply({ weightPercent: 0, shadowPercent: 0, traffic });
    expect((await stage.infer('user-1')).version).toBe('v1');
  });

  test('read attributes from the body, and take __proto__ for a name like any other', async () => {
    const traffic = policyOf({ audience: 'segments', segments: [{ name: 'grown', when: { age: { atLeast: 18 } } }] });
    await stage.apply({ weightPercent: 100, protocol: protocol(), traffic });
    const ask = async (body: string) =>
      (
        await fetch(`${stage.gateway.dataUrl}/v2/models/digits/infer`, {
          method: 'POST',
          headers: { 'x-user-key': 'user-1' },
          body,
        })
      ).headers.get('x-sluice-version');
    expect(await ask('{"user":{"age":30}}')).toBe('v2');
    expect(await ask('{"user":{"age":3}}')).toBe('v1');
    expect(await ask('{"user":{"__proto__":{"age":30}}}')).toBe('v1');
    expect(await ask('{"__proto__":{"user":{"age":30}}}')).toBe('v1');
    expect(await ask('garbage')).toBe('v1');
  });
});

test('whatever is sent, it is answered', async () => {
  const traffic = policyOf({ segments: [{ name: 'grown', when: { age: { atLeast: 18 }, plan: { contains: 'x' } } }] });
  await stage.apply({ weightPercent: 50, protocol: { ...protocol(), unitKey: 'body:/user/id' }, traffic });
  const value = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
  await fc.assert(
    fc.asyncProperty(value, value, fc.oneof(fc.string(), fc.json()), async (region, cookie, body) => {
      const answer = await fetch(`${stage.gateway.dataUrl}/v2/models/digits/infer`, {
        method: 'POST',
        headers: { 'x-region': region, cookie },
        body,
      });
      expect([200, 400]).toContain(answer.status);
    }),
    { numRuns: 200 },
  );
  const huge = JSON.stringify({ user: { id: 'x'.repeat(1_000_000) } });
  const answer = await fetch(`${stage.gateway.dataUrl}/v2/models/digits/infer`, { method: 'POST', body: huge });
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('1000000 characters')]);
});

describe('further versions', () => {
  test('have their share beside the candidate, outside of the comparison', async () => {
    const v3 = await startServer(predicts('three'));
    try {
      const traffic = policyOf({ others: [{ version: 'v3', url: v3.url, weight: 30 }] });
      await stage.apply({ weightPercent: 30, traffic });
      expect(await versionsFor({})).toEqual(new Set(['v1', 'v2', 'v3']));
      await until(() => stage.counts()['other'] !== undefined);
      await stage.apply({ epoch: 2, candidate: null, weightPercent: 0, leaseMs: null, traffic });
      expect(await versionsFor({})).toEqual(new Set(['v1', 'v3']));
    } finally {
      await v3.close();
    }
  });

  test('with more than all of the weight are refused', async () => {
    const traffic = policyOf({ others: [{ version: 'v3', url: 'http://a', weight: 60 }] });
    expect((await stage.apply({ weightPercent: 50, traffic })).status).toBe(422);
  });
});

describe('a tester’s token', () => {
  const tokens = async () => new ForceTokens(await readFile(join(stage.stateDir, 'prediction.key')));
  const later = () => Date.now() + 60_000;

  test('chooses a version, and is nobody’s sample', async () => {
    await stage.apply({ weightPercent: 0 });
    const force = (await tokens()).make('digits', 'v2', later());
    expect((await stage.infer('user-1', { 'x-sluice-force': force })).version).toBe('v2');
    expect(stage.v2.requests[0]?.headers).not.toHaveProperty('x-sluice-force');
    await until(() => stage.counts()['other']?.requests === 1);
    expect(stage.counts()['candidate']).toBeUndefined();
  });

  test.each([
    ['of another service', (t: ForceTokens) => t.make('other', 'v2', later())],
    ['that has expired', (t: ForceTokens) => t.make('digits', 'v2', Date.now() - 1)],
    ['of an unknown version', (t: ForceTokens) => t.make('digits', 'v9', later())],
    ['of another key', () => new ForceTokens(Buffer.from('another key, as long')).make('digits', 'v2', later())],
    ['that is a bare version', () => 'v2'],
    ['that is huge', () => `f1~${'x'.repeat(5000)}`],
  ])('%s is ignored and counted', async (_, make) => {
    await stage.apply({ weightPercent: 0 });
    expect((await stage.infer('user-1', { 'x-sluice-force': make(await tokens()) })).version).toBe('v1');
    const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/sluice_gateway_forced_total\{service="digits",outcome="(invalid|unavailable)"\} 1/);
  });

  test('does not bring back what was taken out', async () => {
    await stage.apply({ weightPercent: 100, leaseMs: 50 });
    await new Promise((resolve) => setTimeout(resolve, 80));
    const force = (await tokens()).make('digits', 'v2', later());
    expect((await stage.infer('user-1', { 'x-sluice-force': force })).version).toBe('v1');
  });
});

test.each(['murmur3', 'xxh32', 'xxh64'] as const)('%s is a hash to choose', async (hash) => {
  await stage.apply({ weightPercent: 50, traffic: policyOf({ hash }) });
  expect(await versionsFor({})).toEqual(new Set(['v1', 'v2']));
});
