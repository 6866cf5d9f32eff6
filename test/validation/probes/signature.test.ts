import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { protocol as protocolSchema } from '../../../src/domain/spec/target.js';
import type { TensorMetadata } from '../../../src/ports/model-server.js';
import { runProbes } from '../../../src/validation/probes/index.js';
import { holdsAll, shapeFault } from '../../../src/validation/probes/tensor-fit.js';
import { answers, type Behaviour, type FakeServer } from '../../gateway/stage.js';
import { bySum, clientOf, type Declared, planOf, ROWS, stageOf, startModel } from './scripted-server.js';

const open: FakeServer[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const tensor = (name: string, datatype: string, ...shape: number[]): TensorMetadata => ({ name, datatype, shape });
const BASE: Declared = {
  inputs: [tensor('x', 'FP32', -1, 3)],
  outputs: [tensor('predict', 'INT64', -1, 1), tensor('predict_proba', 'FP32', -1, 2)],
};
async function signatureOf(candidate: Declared | Behaviour, baseline: Declared | Behaviour = BASE, rows = ROWS) {
  const [ours, theirs] = [await startModel(bySum, candidate), await startModel(bySum, baseline)];
  open.push(ours, theirs);
  // The pass has answers of a server that declares nothing: here it is only what is declared that counts.
  const plain = await startModel(bySum);
  open.push(plain);
  const pass = await stageOf(clientOf(plain), clientOf(plain), { rows });
  const stage = { ...pass, candidate: clientOf(ours), baseline: clientOf(theirs) };
  const [found] = await runProbes(planOf([{ metric: 'signature' }]), stage);
  return found;
}
const inputs = (...all: TensorMetadata[]): Declared => ({ ...BASE, inputs: all });
const outputs = (...all: TensorMetadata[]): Declared => ({ ...BASE, outputs: all });
const [LABEL, PROBA] = BASE.outputs as [TensorMetadata, TensorMetadata];

describe('a candidate that declares', () => {
  test('the same passes', async () => {
    expect(await signatureOf(BASE)).toMatchObject({
      verdict: 'pass',
      reason: 'signature: 1 inputs and 2 outputs, the same as the baseline; the data set fits',
    });
  });

  test.each<[string, Declared, RegExp]>([
    ['a wider input', inputs(tensor('x', 'FP64', -1, 3)), /input x is FP64 \[-1, 3\], the baseline's FP32/],
    ['an input of any width', inputs(tensor('x', 'FP32', -1, -1)), /input x is FP32 \[-1, -1\]/],
    ['one more output', outputs(LABEL, PROBA, tensor('why', 'BYTES', -1, 1)), /output why \(BYTES \[-1, 1\]\) is new/],
    ['more precise scores', outputs(LABEL, tensor('predict_proba', 'FP64', -1, 2)), /output predict_proba is FP64/],
    ['a smaller label', outputs(tensor('predict', 'INT32', -1, 1), PROBA), /output predict is INT32/],
    ['an output of an open size', outputs(LABEL, tensor('predict_proba', 'FP32', -1, -1)), /\[-1, -1\]/],
    ['the outputs in another order', outputs(PROBA, LABEL), /^$/],
  ])('%s is compatible', async (_, declared, text) => {
    const found = await signatureOf(declared);
    expect(found?.verdict).toBe('pass');
    const differences = (found?.details?.['differences'] ?? []) as { kind: string; text: string }[];
    expect(differences.map(({ kind }) => kind)).toEqual(text.source === '^$' ? [] : ['compatible']);
    if (text.source !== '^$') expect(differences[0]?.text).toMatch(text);
  });

  test.each<[string, Declared, RegExp]>([
    [
      'a new input',
      inputs(tensor('x', 'FP32', -1, 3), tensor('y', 'FP32', -1, 1)),
      /input y \(FP32 \[-1, 1\]\) is new/,
    ],
    [
      'another name of the input',
      inputs(tensor('z', 'FP32', -1, 3)),
      /input x \(FP32 \[-1, 3\]\) is gone; input z .* is new/,
    ],
    ['a narrower input', inputs(tensor('x', 'INT64', -1, 3)), /INT64 does not hold all of FP32/],
    [
      'fewer features',
      inputs(tensor('x', 'FP32', -1, 2)),
      /dimension 1 takes 2 instead of 3; the data set does not fit: rows have 3 columns/,
    ],
    ['one row at a time', inputs(tensor('x', 'FP32', 1, 3)), /dimension 0 takes 1 instead of any/],
    ['another rank', inputs(tensor('x', 'FP32', -1, 1, 3)), /3 dimensions instead of 2/],
    ['no scores', outputs(LABEL), /output predict_proba \(FP32 \[-1, 2\]\) is gone/],
    [
      'more classes',
      outputs(LABEL, tensor('predict_proba', 'FP32', -1, 3)),
      /output predict_proba is .*its shape is another/,
    ],
    ['labels as text', outputs(tensor('predict', 'BYTES', -1, 1), PROBA), /INT64 does not hold all of BYTES/],
    [
      'a prediction elsewhere',
      outputs(tensor('label', 'INT64', -1, 1), PROBA, tensor('b', 'INT64', -1, 1)),
      /the prediction is read from output label, the baseline's from predict/,
    ],
  ])('%s is breaking', async (_, declared, reason) => {
    const found = await signatureOf(declared);
    expect(found?.verdict).toBe('fail');
    expect(JSON.stringify([found?.reason, found?.details])).toMatch(reason);
    expect(found?.details?.['differences']).toContainEqual(expect.objectContaining({ kind: 'breaking' }));
  });
});

test('a data set that does not fit the types fails, whatever the baseline says', async () => {
  const integers = { inputs: [tensor('x', 'INT64', -1, 3)], outputs: [LABEL] };
  expect(await signatureOf(integers, integers)).toMatchObject({
    verdict: 'fail',
    reason: expect.stringMatching(/the data set does not fit: row 0, column b is 0\.5; input x takes INT64/),
  });
});

describe('what is not declared', () => {
  test.each<[string, Declared | Behaviour, Declared | Behaviour, RegExp]>([
    ['by neither', {}, {}, /the candidate's server declares no inputs and no outputs, the baseline's server declares/],
    ['by the candidate', {}, BASE, /^signature: the candidate's server declares no inputs and no outputs: what is not/],
    [
      'by the baseline',
      BASE,
      { inputs: BASE.inputs ?? [] },
      /^signature: the baseline's server declares no outputs: what/,
    ],
    ['as there is no such page', answers(404), BASE, /the candidate's server declares no inputs and no outputs/],
    [
      'in words that can not be read, by the baseline',
      BASE,
      (_, response) => void response.end('<html>'),
      /the baseline's metadata can't be read/,
    ],
  ])('%s is not known', async (_, candidate, baseline, reason) => {
    const found = await signatureOf(candidate, baseline);
    expect(found).toMatchObject({ verdict: 'inconclusive', reason: expect.stringMatching(reason) });
  });

  test('in words that can not be read, by the candidate, is a fault; and a breaking difference is one all the same', async () => {
    expect(await signatureOf((_, response) => void response.end('{"name":7}'))).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining("the candidate's metadata can't be read"),
    });
    expect(await signatureOf({ inputs: [tensor('x', 'INT8', -1, 3)] })).toMatchObject({ verdict: 'fail' });
  });

  test('by a JSON service is not known, though the spec says how to ask it', async () => {
    const server = await startModel(bySum);
    open.push(server);
    const json = clientOf(
      server,
      protocolSchema.parse({ kind: 'json', path: '/p', features: { names: ['a'] }, prediction: '/y' }),
    );
    const stage = { ...(await stageOf(clientOf(server), clientOf(server))), candidate: json, baseline: json };
    expect((await runProbes(planOf([{ metric: 'signature' }]), stage))[0]).toMatchObject({ verdict: 'inconclusive' });
  });
});

describe('a datatype', () => {
  const RANGES: Record<string, [number, number]> = {
    UINT8: [0, 255],
    INT8: [-128, 127],
    UINT16: [0, 65_535],
    INT16: [-32_768, 32_767],
    UINT32: [0, 2 ** 32 - 1],
    INT32: [-(2 ** 31), 2 ** 31 - 1],
  };
  const [FLOAT_LIMIT, types] = [{ FP32: 2 ** 24, FP64: 2 ** 53 } as const, Object.keys(RANGES)];
  test('holds another exactly where all its values lie in it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.constantFrom(...types), (wide, narrow) => {
        const [[a, b], [c, d]] = [RANGES[wide]!, RANGES[narrow]!];
        return holdsAll(wide, narrow) === (a <= c && d <= b);
      }),
    );
    for (const narrow of types)
      for (const [float, limit] of Object.entries(FLOAT_LIMIT)) {
        const [low, high] = RANGES[narrow]!;
        expect(holdsAll(float, narrow)).toBe(Math.max(-low, high) <= limit);
        expect(holdsAll(narrow, float)).toBe(false);
      }
    expect([holdsAll('BYTES', 'BYTES'), holdsAll('BYTES', 'FP32'), holdsAll('BOOL', 'UINT8')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('and a shape takes what is as long, or of any length', () => {
    expect(shapeFault([-1, 3], [-1, 3])).toBeNull();
    expect(shapeFault([-1, -1], [5, 3])).toBeNull();
    expect(shapeFault([-1, 3], [-1, -1])).toBe('dimension 1 takes 3 instead of any');
    expect(shapeFault([3], [-1, 3])).toBe('1 dimensions instead of 2');
  });
});
