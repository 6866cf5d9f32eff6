import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { GatewayStage, until } from './stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open({ predictionsPerSecond: 4 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await stage.close();
});

const COUNT = 60;
const burst = () => Promise.all(Array.from({ length: COUNT }, (_, i) => stage.infer(`user-${i}`)));
const answered = () => stage.counts()['baseline']?.requests ?? 0;

test('a wall clock that is set back records no more than a share of a busy gateway', async () => {
  await stage.infer('user-1');
  const behind = Date.now() - 3_600_000 - performance.now();
  jest.spyOn(Date, 'now').mockImplementation(() => behind + performance.now());
  const bursts = 3;
  for (let i = 0; i < bursts; i += 1) {
    await burst();
    await new Promise((resolve) => setTimeout(resolve, 1100));
  }
  await until(() => answered() === 1 + bursts * COUNT);
  const recorded = stage.batches().flatMap((batch) => batch.predictions).length;
  // About 4 of those 60, once a second has shown how many there are; by the share of the quiet second before they would all be.
  expect(recorded).toBeGreaterThan(1);
  expect(recorded).toBeLessThan(bursts * COUNT - 20);
});
