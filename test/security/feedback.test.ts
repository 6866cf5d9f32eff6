import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { GatewayStage } from '../gateway/stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open({}, { feedback: { units: false } });
});
afterEach(() => stage.close());

test('where users may speak of predictions only, what a unit did is refused', async () => {
  const at = new Date().toISOString();
  const { predictionId } = await stage.infer('user-17');
  const { status, body } = await stage.feedback(
    JSON.stringify([
      { unitId: 'user-17', service: 'digits', kind: 'revenue', value: 1e9, currency: 'EUR', at },
      { predictionId, kind: 'thumb', value: 1 },
    ]),
  );
  expect([status, body]).toEqual([
    202,
    {
      accepted: 1,
      rejected: [{ index: 0, reason: 'what units did is not taken here, only what is said of predictions' }],
    },
  ]);
});
