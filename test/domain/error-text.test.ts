import { describe, expect, test } from '@jest/globals';
import { describeError, SluiceError } from '../../src/domain/errors.js';
import { ModelRefused } from '../../src/domain/model-refused.js';

describe('whatever was thrown is told on one line', () => {
  const of = (message: string, more: object = {}) => Object.assign(new Error(message), more);
  test.each<[string, unknown, string]>([
    ['an error', of('no answer'), 'no answer'],
    ['an error with a code', of('no answer', { code: 'ETIMEDOUT' }), 'no answer'],
    ['an error without words', of('', { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['an error with neither', of(''), 'unknown error'],
    ['a code that is no text', of('', { code: 7 }), 'unknown error'],
    ['a message that is no text', { message: 7, code: 'X' }, 'X'],
    ['an error of another realm', { message: 'from afar' }, 'from afar'],
    ['a text', 'broken', 'broken'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an object that is no error', { code: 'X' }, '[object Object]'],
  ])('%s', (_, thrown, words) => {
    expect(describeError(thrown)).toBe(words);
  });

  test('with its causes, each once', () => {
    const deep = new Error('socket closed');
    const middle = new Error('no answer', { cause: deep });
    expect(describeError(new Error('no gateway', { cause: middle }))).toBe('no gateway: no answer: socket closed');
    expect(describeError(new Error('no gateway: no answer: socket closed', { cause: middle }))).toBe(
      'no gateway: no answer: socket closed',
    );
    expect(describeError(of('', { code: 'X', cause: 'a text' }))).toBe('X: a text');
    expect(describeError(of('alone', { cause: undefined }))).toBe('alone');
  });

  test('also where it is its own cause', () => {
    const turning = new Error('no answer');
    turning.cause = new Error('refused', { cause: turning });
    expect(describeError(turning)).toMatch(/^no answer: refused: no answer/);
    turning.cause = turning;
    expect(describeError(turning)).toBe('no answer');
  });
});

test('an error has its code, its name and its cause', () => {
  const cause = new Error('x');
  const error = new SluiceError('NOT_FOUND', 'no such rollout', { cause });
  expect([error.name, error.code, error.message, error.cause]).toEqual([
    'SluiceError',
    'NOT_FOUND',
    'no such rollout',
    cause,
  ]);
  expect(new SluiceError('NOT_FOUND', 'x')).not.toHaveProperty('cause');
});

test('a server’s own no is an invalid answer, with its status', () => {
  const refused = new ModelRefused(418, 'a teapot');
  expect(refused).toBeInstanceOf(SluiceError);
  expect([refused.code, refused.status, refused.message]).toEqual(['MODEL_ANSWER_INVALID', 418, 'a teapot']);
});
