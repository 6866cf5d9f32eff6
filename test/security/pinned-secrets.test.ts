import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dependencies } from '../../src/domain/spec/monitors/dependencies.js';
import { notify } from '../../src/domain/spec/notify.js';
import { queryProvider } from '../../src/domain/spec/query.js';
import { protocol } from '../../src/domain/spec/target.js';
import { createModelServer } from '../../src/inference/model-server.js';
import { createQueryReader } from '../../src/metrics/query-reader.js';
import { createDependencyMonitor } from '../../src/monitors/dependencies/run-monitor.js';
import { createAddressPolicy } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { deliverNotice } from '../../src/notify/deliver.js';
import { answers, type FakeServer, startServer } from '../gateway/stage.js';
import { notice } from '../notify/notices.js';

const NAME = 'SLUICE_SECRET_LINEAGE';
const policy = createAddressPolicy(parseAllowedPrivate('127.0.0.0/8'));
let server: FakeServer;
beforeEach(async () => {
  server = await startServer(answers(200));
});
afterEach(() => server.close());

const secretsFor = (origins: string | undefined) => (name: string) =>
  name === NAME ? 'planted-token' : name === `${NAME}_FOR` ? origins : undefined;
type Secrets = ReturnType<typeof secretsFor>;
const { signal } = new AbortController();

/** Each way in which a spec sends a secret as it is. What goes wrong is said by the request that came, or did not. */
const WAYS: Record<string, (secrets: Secrets) => Promise<unknown>> = {
  'a query': (variables) =>
    createQueryReader({ policy, prometheus: null, variables })({
      provider: queryProvider.parse({ http: { url: `${server.url}/{{version}}`, maxAge: '1m', bearer: NAME } }),
      variables: { service: 's', version: 'v', candidate: 'v', baseline: 'b', rolloutId: 'r', window: '9s' },
      at: new Date(),
      timeoutMs: 2000,
      signal,
    }),
  'a probe': (secrets) =>
    createDependencyMonitor({ policy, promQuery: null, secrets })(
      dependencies.parse({
        kind: 'dependencies',
        nodes: [{ name: 'a', kind: 'feature-store', probe: { http: { url: `${server.url}/health`, bearer: NAME } } }],
      }),
      { service: 'digits', monitor: 'needs', at: new Date().toISOString(), state: null, signal },
    ),
  'a lineage collector': (secrets) => {
    const [target] = notify.parse([{ openlineage: { url: `${server.url}/lineage`, secretRef: NAME } }]);
    return deliverNotice(target as never, notice({ action: 'start' }, { status: 'progressing' }), { secrets, policy });
  },
  'a language model': (secrets) =>
    createModelServer(
      { version: 'v2', url: server.url },
      protocol.parse({ kind: 'chat', model: 'tiny', secretRef: NAME }),
      { secrets, policy },
    ).assertReady(),
};

describe('a secret that is named for other addresses', () => {
  test.each(Object.keys(WAYS))('is not sent by %s', async (way) => {
    const asked = WAYS[way]?.(secretsFor('https://lineage.example.com, https://other.example.com'));
    const said = await asked?.then(
      (value) => value,
      (error: unknown) => error,
    );
    expect(server.requests).toEqual([]);
    expect(`${JSON.stringify(said)} ${String(said)}`).toContain(`${NAME} is not for ${server.url}`);
  });

  test.each(Object.keys(WAYS))('is sent by %s where it is for that one, or for any', async (way) => {
    for (const origins of [`https://lineage.example.com, ${server.url}/`, undefined])
      await WAYS[way]?.(secretsFor(origins)).catch(() => undefined);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
      Array(server.requests.length).fill('Bearer planted-token'),
    );
    expect(server.requests.length).toBeGreaterThanOrEqual(2);
  });
});
