import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { MlServerInstallation } from '../../examples/mlserver/installation.js';
import type { Version } from '../../examples/mlserver/servers.js';
import { createModelServer } from '../../src/inference/model-server.js';

jest.setTimeout(900_000);
/** Folder of a Python environment with MLServer in it, or `install`: `npm run test:mlserver` sets it. */
const python = process.env['MLSERVER'];
if (!python)
  process.stderr.write(
    'SKIPPED, nothing here was tested on MLServer: run `npm run test:mlserver`, or set MLSERVER to a venv that has it.\n',
  );

(python ? describe : describe.skip)('models on MLServer', () => {
  let it: MlServerInstallation;
  beforeAll(async () => {
    it = await MlServerInstallation.open({
      python: python as string,
      report: (line) => process.stderr.write(`${line}\n`),
    });
  });
  afterAll(() => it?.close());
  const client = (version: Version) => {
    const { http, metrics } = it.ports[version];
    const target = {
      version,
      url: `http://127.0.0.1:${http}`,
      metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    };
    return createModelServer(target, { kind: 'open-inference', model: 'digits', unitKey: 'request' });
  };
  const zeros = Array(64).fill(0) as number[];

  test('are what the example says: the forest slow, v3 better and fast', () => {
    const [v1, v2, v3] = it.trained;
    expect(it.trained.map(({ version }) => version)).toEqual(['v1', 'v2', 'v3']);
    expect(v2?.accuracy).toBeGreaterThan((v1?.accuracy ?? 1) - 0.01);
    expect(v2?.rowMs).toBeGreaterThan(5 * (v1?.rowMs ?? 0));
    expect(v3?.accuracy).toBeGreaterThan((v1?.accuracy ?? 1) + 0.015);
    expect(v3?.rowMs).toBeLessThan(0.5 * (v2?.rowMs ?? 0));
  });

  test('say what they take, and answer many rows with labels and scores', async () => {
    expect(await client('v1').metadata()).toMatchObject({
      name: 'digits',
      inputs: [{ name: 'predict', datatype: 'FP32', shape: [-1, 64] }],
      outputs: [{ name: 'predict' }, { name: 'predict_proba', shape: [-1, 10] }],
    });
    const { predictions, latencyMs } = await client('v1').infer([zeros, zeros, zeros]);
    expect(predictions).toHaveLength(3);
    expect(predictions[0]).toMatchObject({ label: expect.stringMatching(/^\d$/), value: null });
    expect(predictions[0]?.scores).toHaveLength(10);
    expect(latencyMs).toBeGreaterThan(0);
    expect((await client('v3').infer([zeros])).predictions[0]).toMatchObject({ scores: null });
    await expect(client('v1').infer([[1, 2]])).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  });

  test('tell their memory, and come and go by the repository’s commands', async () => {
    const server = client('v3');
    expect(await server.memoryBytes?.()).toBeGreaterThan(20 * 2 ** 20);
    await server.unload?.();
    await expect(server.assertReady()).rejects.toMatchObject({ code: 'MODEL_UNREACHABLE' });
    await server.load?.();
    await server.assertReady();
  });

  test('the forest is stopped for its latency, with the numbers', async () => {
    const state = await it.rollOut('lr-to-forest.yaml', (line) => process.stderr.write(`  ${line}\n`));
    expect(state).toMatchObject({ status: 'rolled-back', weightPercent: 0 });
    expect(state.reason).toMatch(/latency_p50.*\d+(\.\d+)? ms/);
  });

  test('v3 is promoted', async () => {
    const state = await it.rollOut('lr-to-v3.yaml', (line) => process.stderr.write(`  ${line}\n`));
    expect(state).toMatchObject({ status: 'promoted' });
    expect(it.traffic.stats().failures).toEqual([]);
  });
});
