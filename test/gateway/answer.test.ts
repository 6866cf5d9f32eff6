import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AnswerCopy } from '../../src/gateway/answer.js';
import { readOpenInference, UNREADABLE } from '../../src/gateway/read-answer.js';

const protocol = { kind: 'open-inference', model: 'digits', unitKey: 'request' } as const;
const predict = (data: unknown) => ({ name: 'predict', datatype: 'INT64', data });
const read = (...outputs: unknown[]) => readOpenInference(JSON.stringify({ outputs }));

describe('an Open Inference answer', () => {
  test.each([
    ['a number', [predict([7])], { label: '7', score: null }],
    ['a text', [predict(['seven'])], { label: 'seven', score: null }],
    ['a truth value', [predict([true])], { label: 'true', score: null }],
    ['a nested tensor', [predict([[7], [8]])], { label: '7', score: null }],
    ['the output called predict, not the first', [{ name: 'x', data: [1] }, predict([7])], { label: '7', score: null }],
    ['the first output, where none is called so', [{ name: 'x', data: [1] }], { label: '1', score: null }],
    [
      'the best score of the first row, flat with its shape',
      [predict([1, 0]), { name: 'predict_proba', shape: [2, 2], data: [0.3, 0.7, 0.9, 0.1] }],
      { label: '1', score: 0.7 },
    ],
    [
      'the best score of the first row, nested',
      [
        predict([1, 0]),
        {
          name: 'predict_proba',
          data: [
            [0.3, 0.7],
            [0.9, 0.1],
          ],
        },
      ],
      { label: '1', score: 0.7 },
    ],
    [
      'a score without a shape',
      [predict([1]), { name: 'predict_proba', data: [0.2, 0.8] }],
      { label: '1', score: 0.8 },
    ],
    ['scores that are none', [predict([1]), { name: 'predict_proba', data: ['x', null] }], { label: '1', score: null }],
  ])('with %s', (_, outputs, expected) => {
    expect(read(...outputs)).toEqual(expected);
  });

  test.each([
    ['no JSON', '<html>'],
    ['no outputs', '{}'],
    ['outputs that are none', '{"outputs":[null,3,"x"]}'],
    ['no data', '{"outputs":[{"name":"predict"}]}'],
    ['an object for a label', '{"outputs":[{"name":"predict","data":[{"a":1}]}]}'],
    ['infinity', '{"outputs":[{"name":"predict","data":[-1e999]}]}'],
  ])('with %s is unreadable', (_, text) => {
    expect(readOpenInference(text)).toEqual(UNREADABLE);
  });

  test('never throws, and gives only what a database takes', () => {
    const outputs = fc.array(
      fc.record({ name: fc.constantFrom('predict', 'predict_proba', 'x'), shape: fc.anything(), data: fc.anything() }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), outputs.map(toJson)), (text) => {
        const { label, score } = readOpenInference(text);
        expect(label === null || (label.length <= 200 && !label.includes('\0'))).toBe(true);
        expect(score === null || Number.isFinite(score)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['compressed may say anything', ['content-type', 'application/json', 'content-encoding', 'gzip'], 100, null],
  ['not JSON says nothing', ['content-type', 'text/html'], 100, UNREADABLE],
  ['too large may say anything', ['content-type', 'application/json'], 10, null],
])('an answer that is %s', (_, headers, most, said) => {
  const copy = new AnswerCopy(headers, most, protocol);
  copy.add(Buffer.from(JSON.stringify({ outputs: [predict([7])] })));
  expect(copy.read()).toEqual(said);
});

test('a row of 200,000 scores is read like any other', () => {
  const scores = Array.from({ length: 200_000 }, (_, at) => (at === 7 ? 0.9 : 0.5));
  expect(read({ name: 'scores', data: [scores] })).toEqual({ label: '7', score: 0.9 });
  expect(read({ name: 'scores', data: [[0.2, 0.8, 0.8]] })).toEqual({ label: '1', score: 0.8 });
});

/** As JSON where it can be: `fc.anything` also makes BigInts and cycles. */
function toJson(outputs: unknown): string {
  try {
    return JSON.stringify({ outputs }) ?? '';
  } catch {
    return '';
  }
}
