import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { answers, type Behaviour, GatewayStage, hangs, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const ranks =
  (items: readonly string[], from: string): Behaviour =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        model_name: from,
        outputs: [
          { name: 'ranking', shape: [1, items.length], datatype: 'BYTES', data: items },
          {
            name: 'title',
            shape: [1, items.length],
            datatype: 'BYTES',
            data: items.map((item) => `${item} of ${from}`),
          },
          { name: 'latency', shape: [1], datatype: 'FP32', data: [1] },
        ],
      }),
    );
const interleaving = (method: 'team-draft' | 'balanced') => ({ method, output: 'ranking', length: 4 });

interface Shown {
  readonly predictionId: string;
  readonly items: string[];
  readonly titles: string[];
}

async function show(user: string): Promise<Shown> {
  const { status, text, predictionId } = await stage.infer(user);
  expect(status).toBe(200);
  const { outputs } = JSON.parse(text) as { outputs: { data: string[] }[] };
  return { predictionId, items: outputs[0]?.data ?? [], titles: outputs[1]?.data ?? [] };
}

test.each(['team-draft', 'balanced'] as const)(
  '%s: one list of both, and clicks find who contributed',
  async (method) => {
    stage.v1.behaviour = ranks(['a', 'b', 'c', 'd'], 'v1');
    stage.v2.behaviour = ranks(['d', 'e', 'a', 'f'], 'v2');
    await stage.apply({ weightPercent: 100, interleaving: interleaving(method) });
    const shown = await Promise.all(Array.from({ length: 20 }, (_, i) => show(`user-${i}`)));
    for (const { items, titles, predictionId } of shown) {
      expect(items).toHaveLength(4);
      expect(new Set(items).size).toBe(4);
      const click = { predictionId, kind: 'click', item: items[0] };
      expect((await stage.feedback(JSON.stringify(click))).status).toBe(202);
      for (const [i, item] of items.entries()) expect(titles[i]).toMatch(new RegExp(`^${item} of v[12]$`));
    }
    // Which of two goes first is drawn for each prediction.
    expect(new Set(shown.map(({ items }) => items[0]))).toEqual(new Set(['a', 'd']));
    await stage.gateway.close();
    const lists = stage.batches().flatMap(({ interleaved }) => interleaved);
    const clicks = stage.batches().flatMap(({ feedback }) => feedback);
    expect([lists.length, clicks.length]).toEqual([20, 20]);
    for (const { predictionId, item } of clicks) {
      const found = lists.find((list) => list.predictionId === predictionId)?.items.find((one) => one.item === item);
      expect(found?.team).toBe(item === 'a' ? 'baseline' : 'candidate');
    }
    // Both versions were asked each time, and each part is its own.
    expect(stage.counts()).toEqual({ baseline: { requests: 20, errors: 0 }, candidate: { requests: 20, errors: 0 } });
    await stage.restart();
  },
);

test.each([
  ['fails', answers(500)],
  ['gives no ranking', ((_, response) => void response.end('{}')) as Behaviour],
  ['hangs', hangs],
  ['ranks an item without a name', ranks(['', 'e'], 'v2')],
  ['ranks an item that no database takes', ranks(['e\0', 'f'], 'v2')],
  ['ranks an item with too long a name', ranks(['e'.repeat(256), 'f'], 'v2')],
])('where one %s, the other’s list is answered, and nobody is preferred', async (_, behaviour) => {
  stage.v1.behaviour = ranks(['a', 'b'], 'v1');
  stage.v2.behaviour = behaviour;
  const traffic = policyOf({ candidateTimeout: '100ms' });
  await stage.apply({ weightPercent: 100, interleaving: interleaving('team-draft'), traffic });
  expect((await show('user-1')).items).toEqual(['a', 'b']);
  await until(() => stage.counts()['candidate']?.errors === 1);
  expect(stage.batches().flatMap(({ interleaved }) => interleaved)).toEqual([]);
  stage.v1.behaviour = answers(500);
  expect((await stage.infer('user-1')).status).toBe(502);
});
