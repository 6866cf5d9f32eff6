import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Protocol } from '../../src/domain/protocol.js';
import { protocol as protocolSchema } from '../../src/domain/spec/target.js';
import { callHook } from '../../src/hooks/call-hook.js';
import type { HookRun } from '../../src/hooks/hook-request.js';
import { createModelServer } from '../../src/inference/model-server.js';
import { createAddressPolicy, type Resolve } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { deliverNotice } from '../../src/notify/deliver.js';
import { digestArtifact } from '../../src/registry/artifact-digest.js';
import { verifyServed } from '../../src/registry/verify.js';
import { type FakeServer, startServer } from '../gateway/stage.js';
import { notice } from '../notify/notices.js';
import { versionOf } from '../registry/model-fixtures.js';

let server: FakeServer;
let port: string;
beforeEach(async () => {
  server = await startServer((_, response) => void response.end('{"label":"a"}'));
  ({ port } = new URL(server.url));
});
afterEach(() => server.close());

const policy = (allowed: string, resolve?: Resolve) => createAddressPolicy(parseAllowedPrivate(allowed), resolve);
const to =
  (address: string): Resolve =>
  () =>
    Promise.resolve([{ address, family: 4 }]);
const registered = { ...versionOf('digits', 'v2'), id: 'mv-0123456789abcdef', createdAt: '2026-11-01T00:00:00.000Z' };
const METADATA = 'http://169.254.169.254/latest/meta-data';
const json = protocolSchema.parse({ kind: 'json', path: '/score', features: {}, prediction: '/label' });
const protocols: readonly (readonly [string, Protocol])[] = [
  ['open-inference', protocolSchema.parse({ kind: 'open-inference', model: 'digits' })],
  ['json', json],
  ['chat', protocolSchema.parse({ kind: 'chat', model: 'tiny', choices: ['yes', 'no'] })],
];
const model = (url: string, allowed = '', resolve?: Resolve, protocol = json) =>
  createModelServer({ version: 'v2', url, metricsUrl: url }, protocol, {
    policy: policy(allowed, resolve),
    timeoutMs: 2000,
  });

describe('a model server', () => {
  test.each(protocols)('of %s at a metadata address is refused, whatever it is asked', async (_, protocol) => {
    const strict = model(METADATA, '127.0.0.1, models.internal', undefined, protocol);
    const error = {
      code: 'ADDRESS_REFUSED',
      message: expect.stringMatching(
        /v2 at http:\/\/169\.254\.169\.254\/latest\/meta-data.*: 169\.254\.169\.254 is a metadata address, which SLUICE_ALLOW_PRIVATE does not allow$/,
      ),
    };
    await expect(strict.assertReady()).rejects.toMatchObject(error);
    await expect(strict.infer([['a text']], ['prompt'])).rejects.toMatchObject(error);
    await expect(strict.memoryBytes?.()).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  });

  test.each(['[::ffff:127.0.0.1]', '[::1]', '0x7f.1', '2130706433', '0.0.0.0', 'localhost'])(
    'on this machine is refused where that is not allowed, as %s too',
    async (host) => {
      await expect(model(`http://${host}:${port}`).infer([[1]])).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
      expect(server.requests).toEqual([]);
    },
  );

  test('at a name is as good as its addresses', async () => {
    const url = `http://models.example:${port}`;
    await expect(model(url, '', to('10.1.2.3')).infer([[1]])).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      message: expect.stringContaining('models.example resolves to 10.1.2.3, a private address'),
    });
    expect((await model(url, '127.0.0.1', to('127.0.0.1')).infer([[1]])).predictions).toMatchObject([{ label: 'a' }]);
    expect((await model(url, 'models.example', to('127.0.0.1')).infer([[1]])).predictions).toHaveLength(1);
  });

  test('at a name that is bound anew is checked anew, and met where it was checked', async () => {
    let asked = 0;
    const rebinding: Resolve = () => {
      asked += 1;
      return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
    };
    server.behaviour = (_, response) => void response.setHeader('connection', 'close').end('{"label":"a"}');
    const client = model(`http://rebinding.example:${port}`, '127.0.0.1', rebinding);
    await client.infer([[1]]);
    await expect(client.infer([[1]])).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    expect([asked, server.requests.length]).toEqual([2, 1]);
  });

  test('is not followed where it sends us', async () => {
    server.behaviour = (_, response) => void response.writeHead(307, { location: METADATA }).end();
    await expect(model(server.url, '127.0.0.1').infer([[1]])).rejects.toThrow(/status code 307/);
    expect(server.requests).toHaveLength(1);
  });

  test('keeps its connection under a policy', async () => {
    const ports = new Set<number | undefined>();
    server.behaviour = (request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{"label":"a"}');
    };
    const client = model(server.url, '127.0.0.1');
    for (let i = 0; i < 20; i += 1) await client.infer([[i]]);
    // A second one is opened where the first was not given back yet.
    expect(ports.size).toBeLessThan(4);
  });
});

describe('receivers', () => {
  const hook = (url: string) => {
    const subject = {
      rolloutId: 'digits-1',
      service: 'digits',
      phase: 'canary',
      baseline: 'v1',
      candidate: 'v2',
      weightPercent: 25,
    } as const;
    const run: HookRun = {
      secrets: () => undefined,
      signal: new AbortController().signal,
      policy: policy(''),
      sleep: () => Promise.resolve(),
      note: () => undefined,
    };
    const call = { kind: 'call', name: 'board', url, timeout: 2000, retries: 0 };
    return callHook({ hook: call, subject, moment: { before: 'canary' } } as never, run);
  };

  test('a hook is refused, with its origin and nothing more of its URL', async () => {
    await expect(hook(`${METADATA}?token=planted`)).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      message:
        'hook board at http://169.254.169.254: 169.254.169.254 is a metadata address, which SLUICE_ALLOW_PRIVATE does not allow',
    });
  });

  test('a webhook is refused for good; of a secret URL not even the address is told', async () => {
    const options = { secrets: () => `${server.url}/planted`, policy: policy('') };
    const refused = 'which SLUICE_ALLOW_PRIVATE does not allow';
    await expect(deliverNotice({ webhook: `${server.url}/planted` }, notice(), options)).rejects.toMatchObject({
      code: 'NOTIFICATION_REFUSED',
      message: `webhook ${server.url}: it leads to a loopback address, ${refused}`,
    });
    await expect(deliverNotice({ slack: { urlRef: 'SLUICE_SECRET_X' } }, notice(), options)).rejects.toMatchObject({
      code: 'NOTIFICATION_REFUSED',
      message: `Slack (SLUICE_SECRET_X): it leads to a loopback address, ${refused}`,
    });
    expect(server.requests).toEqual([]);
  });
});

describe('what is verified', () => {
  test('a served model is asked under the policy', async () => {
    const served = { url: server.url, model: 'digits' };
    await expect(verifyServed(served, registered, { policy: policy('') })).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
    });
    expect(await verifyServed(served, registered, { policy: policy('127.0.0.1') })).toMatchObject({
      status: 'unknown',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a download is checked at each redirect', async () => {
    const allowed = { policy: policy('127.0.0.1'), timeoutMs: 5000 };
    server.behaviour = (request, response) =>
      request.url === '/a' ? void response.writeHead(302, { location: '/b' }).end() : void response.end('abc');
    expect((await digestArtifact(`${server.url}/a`, allowed)).bytes).toBe(3);
    server.behaviour = (_, response) => void response.writeHead(302, { location: METADATA }).end();
    await expect(digestArtifact(`${server.url}/a`, allowed)).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
      message: expect.stringContaining('169.254.169.254 is a metadata address'),
    });
  });
});
