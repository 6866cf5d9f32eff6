import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTrafficActivities } from '../../activities/traffic.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { openRouter } from '../../src/traffic/open-router.js';
import { PLAIN_SPEC } from '../domain/plain-spec.js';
import { GatewayStage } from '../gateway/stage.js';
import { testStore } from '../setup/store.js';

let [one, two] = [] as unknown as [GatewayStage, GatewayStage];
let store: Awaited<ReturnType<typeof testStore>>;
beforeAll(async () => {
  [one, two] = [await GatewayStage.open(), await GatewayStage.open()];
  two.more = { gatewayId: 'g2' };
  await two.restart();
  one.more = { peers: () => [two.gateway.adminUrl] };
  await one.restart();
  store = await testStore();
});
afterAll(() => Promise.all([one?.close(), two?.close(), store?.close()]));

const spec = rolloutSpec.parse({ ...PLAIN_SPEC, phases: { canary: { steps: [{ setWeight: 10 }] } } });
const claim = async (...adminUrls: string[]) =>
  createTrafficActivities({ router: await openRouter({ adminUrls }), store }).claimService(spec);

test('a rollout does not begin while there is a gateway that nobody would tell of it', async () => {
  await expect(claim(one.gateway.adminUrl)).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
    message: `gateway g2 at ${two.gateway.adminUrl} is a peer of g1, and this worker's SLUICE_GATEWAYS does not name it: its users would see nothing of this rollout`,
  });
  await expect(claim(one.gateway.adminUrl, two.gateway.adminUrl)).resolves.toEqual({ epoch: 0 });
});

test('a peer that does not answer may be known by another name', async () => {
  one.more = { peers: () => ['http://127.0.0.1:9'] };
  await one.restart();
  await expect(claim(one.gateway.adminUrl, two.gateway.adminUrl)).resolves.toEqual({ epoch: 0 });
});
