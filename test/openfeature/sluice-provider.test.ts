import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { fetch } from 'undici';
import { flags } from '../../src/domain/spec/flags.js';
import { SluiceProvider } from '../../src/openfeature/sluice-provider.js';
import { answers, type FakeServer, GatewayStage, startServer, until } from '../gateway/stage.js';

const configured = flags.parse({
  'new-ranker': {
    variants: { on: true, off: false },
    off: 'off',
    default: { on: 50, off: 50 },
    rules: [{ name: 'german', when: { country: 'de' }, serve: 'on' }],
  },
  theme: { variants: { dark: { colour: '#000' } }, off: 'dark', default: 'dark' },
});

let stage: GatewayStage;
let proxy: FakeServer;
/** Between provider and gateway, so that a gateway can be away and come back under the same address. */
beforeEach(async () => {
  stage = await GatewayStage.open({}, { flags: configured });
  proxy = await startServer(forwards);
});
afterEach(async () => {
  await OpenFeature.close();
  await Promise.all([stage.close(), proxy.close()]);
});

const forwards: FakeServer['behaviour'] = (request, response) => {
  const tag = request.headers['if-none-match'];
  fetch(`${stage.gateway.adminUrl}${request.url}`, { headers: tag === undefined ? {} : { 'if-none-match': tag } })
    .then(async (answer) =>
      response.writeHead(answer.status, { etag: answer.headers.get('etag') ?? '' }).end(await answer.text()),
    )
    .catch(() => response.destroy());
};

const provider = () => new SluiceProvider({ url: proxy.url, token: 'secret', pollIntervalMs: 20 });

function heard() {
  const events: string[] = [];
  const changed: string[] = [];
  for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Error] as const)
    OpenFeature.addHandler(event, () => void events.push(event));
  OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
    const keys = (details as { flagsChanged?: string[] } | undefined)?.flagsChanged;
    changed.push(...(keys ?? []));
  });
  return { events, changed };
}

test('it evaluates as the gateway does', async () => {
  await OpenFeature.setProviderAndWait(provider());
  const client = OpenFeature.getClient();
  expect(await client.getBooleanDetails('new-ranker', false, { country: 'de' })).toMatchObject({
    value: true,
    variant: 'on',
    reason: 'TARGETING_MATCH',
    flagMetadata: { rule: 'german', revision: 0 },
  });
  for (let i = 0; i < 50; i += 1) {
    const targetingKey = `unit-${i}`;
    const answer = await fetch(`${stage.gateway.dataUrl}/ofrep/v1/evaluate/flags/new-ranker`, {
      method: 'POST',
      body: JSON.stringify({ context: { targetingKey } }),
    });
    const { value } = (await answer.json()) as { value: unknown };
    expect(await client.getBooleanValue('new-ranker', false, { targetingKey })).toBe(value);
  }
  expect(proxy.requests[0]?.headers.authorization).toBe('Bearer secret');
});

test('errors lead to the default of the caller', async () => {
  await OpenFeature.setProviderAndWait(provider());
  const client = OpenFeature.getClient();
  expect(await client.getStringDetails('new-ranker', 'x', { country: 'de' })).toMatchObject({
    value: 'x',
    errorCode: 'TYPE_MISMATCH',
  });
  expect(await client.getNumberDetails('theme', 3)).toMatchObject({ value: 3, errorCode: 'TYPE_MISMATCH' });
  expect(await client.getBooleanDetails('nothing', true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
  expect(await client.getBooleanDetails('new-ranker', true)).toMatchObject({
    value: true,
    errorCode: 'TARGETING_KEY_MISSING',
  });
  expect(await client.getBooleanDetails('new-ranker', true, { targetingKey: 3 as never })).toMatchObject({
    errorCode: 'INVALID_CONTEXT',
  });
});

test('what a caller does to an object is theirs', async () => {
  await OpenFeature.setProviderAndWait(provider());
  const theme = await OpenFeature.getClient().getObjectValue<{ colour: string }>('theme', { colour: '' });
  theme.colour = 'red';
  expect(await OpenFeature.getClient().getObjectValue('theme', {})).toEqual({ colour: '#000' });
});

test('the kill switch is seen at the next look, and nothing is loaded twice', async () => {
  await OpenFeature.setProviderAndWait(provider());
  const { changed } = heard();
  await until(() => proxy.requests.length > 3);
  expect(proxy.requests.slice(1).every(({ headers }) => headers['if-none-match'] !== undefined)).toBe(true);
  expect(changed).toEqual([]);
  await fetch(`${stage.gateway.adminUrl}/v1/flags/new-ranker/kill`, { method: 'POST' });
  await until(() => changed.length > 0);
  expect(changed).toEqual(['new-ranker']);
  expect(await OpenFeature.getClient().getBooleanDetails('new-ranker', true, { country: 'de' })).toMatchObject({
    value: false,
    reason: 'DISABLED',
  });
});

test('while the gateway is away the last flags serve, and the provider is stale', async () => {
  await OpenFeature.setProviderAndWait(provider());
  const { events } = heard();
  const client = OpenFeature.getClient();
  proxy.behaviour = (request) => void request.socket.destroy();
  await until(() => client.providerStatus === ProviderStatus.STALE);
  const looks = proxy.requests.length;
  await until(() => proxy.requests.length > looks + 3);
  expect(events.filter((event) => event === ProviderEvents.Stale)).toHaveLength(1);
  expect(await client.getBooleanValue('new-ranker', false, { country: 'de' })).toBe(true);
  proxy.behaviour = forwards;
  await until(() => client.providerStatus === ProviderStatus.READY);
});

test('what waiting does not mend is an error, and the last flags serve', async () => {
  await OpenFeature.setProviderAndWait(provider());
  const client = OpenFeature.getClient();
  for (const behaviour of [answers(401), answers(200)]) {
    proxy.behaviour = behaviour;
    await until(() => client.providerStatus === ProviderStatus.ERROR);
    expect(await client.getBooleanValue('new-ranker', false, { country: 'de' })).toBe(true);
    proxy.behaviour = forwards;
    await until(() => client.providerStatus === ProviderStatus.READY);
  }
});

test('a gateway that comes later is found', async () => {
  proxy.behaviour = answers(503);
  await expect(OpenFeature.setProviderAndWait(provider())).rejects.toThrow('status 503');
  const client = OpenFeature.getClient();
  expect(await client.getBooleanDetails('new-ranker', true, { country: 'de' })).toMatchObject({
    value: true,
    reason: 'ERROR',
  });
  proxy.behaviour = forwards;
  await until(() => client.providerStatus === ProviderStatus.READY);
  expect(await client.getBooleanDetails('new-ranker', false, { country: 'de' })).toMatchObject({ value: true });
});

test('once closed it asks no more', async () => {
  await OpenFeature.setProviderAndWait(provider());
  await OpenFeature.close();
  const looks = proxy.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(proxy.requests.length).toBeLessThanOrEqual(looks + 1);
});
