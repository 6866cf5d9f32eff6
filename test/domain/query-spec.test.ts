import { expect, test } from '@jest/globals';
import { guardrail } from '../../src/domain/spec/guardrail.js';
import { isPerVersion, queryProvider } from '../../src/domain/spec/query.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';

const prometheus = { query: 'sum(rate(e{version="{{version}}"}[{{window}}]))' };
const messages = (given: object) => {
  const read = guardrail.safeParse({ metric: 'query', name: 'errors', provider: { prometheus }, max: 1, ...given });
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

test('defaults', () => {
  expect(guardrail.parse({ metric: 'query', name: 'errors', provider: { prometheus }, max: 1 })).toMatchObject({
    interval: 15_000,
    window: 300_000,
    count: 1,
    dryRun: false,
    provider: { prometheus: { maxAge: 120_000 } },
  });
});

test.each([
  [{ max: undefined }, ': a limit is missing: min, max or noWorseThanBaseline'],
  [{ min: 2 }, 'min: min 2 is above max 1'],
  [{ name: 'a:b' }, 'name: expected 1 to 63 lower-case letters, digits, hyphens and underscores'],
  [{ provider: {} }, 'provider: expected exactly one of prometheus, http and sql'],
  [
    { provider: { prometheus: { query: 'up' } }, noWorseThanBaseline: {} },
    'noWorseThanBaseline: the query does not name {{version}}: it can’t be asked of the baseline',
  ],
  [
    { provider: { prometheus: { query: 'up{v={{version}}}' } } },
    'provider.prometheus.query: {{version}} stands outside',
  ],
  [
    { provider: { prometheus: { query: 'up', bearer: 'SLUICE_SECRET_X' } } },
    'provider.prometheus.bearer: the worker’s own',
  ],
  [
    { provider: { prometheus: { query: 'up', url: 'http://prom.example', bearer: 'SLUICE_SECRET_X' } } },
    'provider.prometheus.url: a token over http to another machine',
  ],
  [
    { provider: { prometheus: { query: 'up', range: { for: '7d', step: '1s' } } } },
    'provider.prometheus.range: a range of more than 1000 steps',
  ],
  [
    { provider: { http: { url: 'https://{{service}}.example/x' } } },
    'provider.http.url: no variable may stand in the host',
  ],
  [{ provider: { http: { url: 'https://a.example/{{nobody}}' } } }, 'provider.http.url: {{nobody}} is not known'],
  [
    { provider: { http: { url: 'https://a.example', body: { a: ['{{no}}'] } } } },
    'provider.http.body: {{no}} is not known',
  ],
  [
    { provider: { sql: { connection: 'MAIN', query: "SELECT 1 WHERE 'a' = '{{version}}'" } } },
    'provider.sql.query: a variable stands within quotes',
  ],
  [
    { provider: { sql: { connection: 'postgres://x', query: 'SELECT 1' } } },
    'provider.sql.connection: expected a name in capitals',
  ],
])('refuses %j', (given, expected) => {
  expect(messages(given)).toEqual([expect.stringContaining(expected)]);
});

test('takes quotes around what is no variable', () => {
  const query = "SELECT avg(x) FROM t WHERE kind = 'a' AND version = {{version}} AND day = 'it''s'";
  expect(messages({ provider: { sql: { connection: 'MAIN', query } } })).toEqual([]);
});

test('knows what can be asked of each version', () => {
  const of = (given: object) => isPerVersion(queryProvider.parse(given));
  expect(of({ prometheus })).toBe(true);
  expect(of({ prometheus: { query: 'up{v="{{candidate}}"}' } })).toBe(false);
  expect(of({ http: { url: 'https://a.example', method: 'POST', body: { q: ['{{version}}'] } } })).toBe(true);
  expect(of({ sql: { connection: 'A', query: 'SELECT 1' } })).toBe(false);
});

test('a spec may have several, each with a name of its own, and none that holds up the lease', () => {
  const one = (name: string, more: object = {}) => ({
    metric: 'query',
    name,
    provider: { prometheus },
    max: 1,
    ...more,
  });
  const spec = (...guardrails: object[]) =>
    rolloutSpec.safeParse({
      ...PLAIN_SPEC,
      guardrails,
      phases: { canary: { steps: [{ setWeight: 5, bake: '1s' }] } },
    });
  expect(spec(one('a'), one('b'), { metric: 'error_rate' }).error?.issues ?? []).toEqual([]);
  expect(spec(one('a'), one('a')).error?.issues).toMatchObject([
    { path: ['guardrails', 1, 'name'], message: 'guardrail query:a is given twice' },
  ]);
  expect(spec(one('a', { timeout: '8s' })).error?.issues).toMatchObject([
    { message: 'timeout 8000 ms is over a quarter of the lease, 30000 ms' },
  ]);
});
