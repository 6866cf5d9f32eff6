import { describe, expect, test } from '@jest/globals';
import { createApi } from '../../src/api/create-api.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Store } from '../../src/ports/store.js';
import { DocumentError, readDocument } from '../../src/yaml/read-document.js';

const LAUGHS = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`),
].join('\n');

/** What is said of a document, and how long that took. */
function read(text: string): { said: string; ms: number } {
  const start = performance.now();
  try {
    readDocument(text, rolloutSpec, 'spec');
    return { said: 'read', ms: 0 };
  } catch (error) {
    expect(error).toBeInstanceOf(DocumentError);
    return { said: (error as Error).message, ms: performance.now() - start };
  }
}

describe('a spec that is made to hurt', () => {
  test('a YAML bomb is refused with its place', () => {
    expect(read(LAUGHS).said).toBe('spec:1:1: Excessive alias count indicates a resource exhaustion attack');
  });

  test.each([
    ['unknown keys', Array.from({ length: 13_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['faults', '- @a\n'.repeat(26_000)],
    ['brackets', '['.repeat(128 * 1024)],
    ['aliases', `- &a 1\n${'- *a\n'.repeat(20_000)}`],
  ])('of nothing but %s is refused in seconds, in few words', (_, text) => {
    const { said, ms } = read(text);
    // A thousand unknown keys took 50 s once, and nobody else was answered.
    expect(ms).toBeLessThan(15_000);
    expect(said.length).toBeLessThan(20_000);
  });

  test('a key that stands twice is refused however many there are', () => {
    expect(read(`${Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join('\n')}\nk7: 2`).said).toBe(
      'spec:501:1: Map keys must be unique',
    );
  });

  test('of more than 128 kB is not read by the api', async () => {
    const server = createApi({ store: {} as Store });
    const answer = await server.inject({
      method: 'POST',
      url: '/v1/rollouts/plan',
      payload: { spec: `# ${'x'.repeat(128 * 1024)}` },
    });
    expect([answer.statusCode, answer.json().detail]).toEqual([
      422,
      'spec: 131074 characters; at most 131072 are taken',
    ]);
    await server.close();
  });
});
