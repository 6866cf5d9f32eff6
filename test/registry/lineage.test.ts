import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ModelVersion } from '../../src/domain/model-version.js';
import { diffVersions, isSame } from '../../src/registry/diff.js';
import { lineageOf } from '../../src/registry/lineage.js';
import { digestOf, versionOf } from './model-fixtures.js';

const idOf = (n: number) => `mv-${String(n).padStart(16, '0')}`;
const node = (n: number, parents: readonly number[], parts: Partial<ModelVersion> = {}): ModelVersion => ({
  ...versionOf('digits', `v${n}`, { parents: parents.map(idOf) }),
  id: idOf(n),
  createdAt: '2026-11-01T00:00:00.000Z',
  ...parts,
});
/** A registry of these alone, which refuses nothing: as another registry may be. */
const holding = (all: readonly ModelVersion[]) => ({
  versionsById: async (ids: readonly string[]) => all.filter(({ id }) => ids.includes(id)),
  childrenOf: async (ids: readonly string[]) => all.filter(({ parents }) => parents.some((p) => ids.includes(p))),
});
const depths = ({ relatives }: Awaited<ReturnType<typeof lineageOf>>) =>
  Object.fromEntries(relatives.map(({ version, depth }) => [version.version, depth]));

describe('lineage', () => {
  /** 1 <- 2 <- 4 <- 5 and 1 <- 3 <- 4. */
  const all = [node(1, []), node(2, [1]), node(3, [1]), node(4, [2, 3]), node(5, [4])];

  test('ancestors and descendants, each once, nearest first', async () => {
    const up = await lineageOf(holding(all), all[4]!, 'ancestors', 10);
    expect(depths(up)).toEqual({ v4: 1, v2: 2, v3: 2, v1: 3 });
    expect(up).toMatchObject({ missing: [], isCircular: false, isTruncated: false });
    expect(depths(await lineageOf(holding(all), all[0]!, 'descendants', 10))).toEqual({ v2: 1, v3: 1, v4: 2, v5: 3 });
    expect(depths(await lineageOf(holding(all), all[0]!, 'ancestors', 10))).toEqual({});
  });

  test('not deeper than asked, and says that there is more', async () => {
    const up = await lineageOf(holding(all), all[4]!, 'ancestors', 2);
    expect(depths(up)).toEqual({ v4: 1, v2: 2, v3: 2 });
    expect(up.isTruncated).toBe(true);
    expect((await lineageOf(holding(all), all[4]!, 'ancestors', 3)).isTruncated).toBe(false);
  });

  test('not more than 500', async () => {
    const crowd = [node(0, []), ...Array.from({ length: 501 }, (_, n) => node(n + 1, [0]))];
    const down = await lineageOf(holding(crowd), crowd[0]!, 'descendants', 10);
    expect(down).toMatchObject({ relatives: [], isTruncated: true });
  });

  test('a parent that is not there is named', async () => {
    const orphan = node(7, [1, 99]);
    const up = await lineageOf(holding([...all, orphan]), orphan, 'ancestors', 10);
    expect(depths(up)).toEqual({ v1: 1 });
    expect(up.missing).toEqual([idOf(99)]);
  });

  test('a circle ends, and is told', async () => {
    const round = [node(1, [3]), node(2, [1]), node(3, [2])];
    for (const direction of ['ancestors', 'descendants'] as const) {
      const found = await lineageOf(holding(round), round[0]!, direction, 50);
      expect(found).toMatchObject({ isCircular: true, isTruncated: false });
      expect(found.relatives).toHaveLength(2);
    }
  });

  test('what is an ancestor has the version among its descendants', async () => {
    const graphs = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(graphs, async (edges) => {
        const nodes = edges.map((parents, n) =>
          node(
            n,
            [...new Set(parents)].filter((parent) => parent < n),
          ),
        );
        const registry = holding(nodes);
        const last = nodes.at(-1)!;
        const { relatives } = await lineageOf(registry, last, 'ancestors', 50);
        expect(new Set(relatives.map(({ version }) => version.id)).size).toBe(relatives.length);
        for (const { version, depth } of relatives) {
          const down = await lineageOf(registry, version, 'descendants', 50);
          expect(down.relatives).toContainEqual({ version: last, depth });
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('diff', () => {
  const a = node(1, []);

  test('a version and itself; where it is kept and who made it is no difference', () => {
    const b = { ...a, author: 'x', artifact: { ...a.artifact, uri: 'elsewhere' } };
    expect(Object.values(diffVersions(a, b)).every(isSame)).toBe(true);
  });

  test('added, removed and changed in each field', () => {
    const b = {
      ...a,
      code: 'b'.repeat(40),
      artifact: { ...a.artifact, digest: digestOf('b') },
      parameters: { depth: '6', bootstrap: true, criterion: 'gini', added: 0 },
      metrics: {},
      datasets: [{ name: 'digits-train', digest: digestOf('train 2'), role: 'train' as const }],
      environment: { ...a.environment, python: '3.12.1', numpy: '2.1.0' },
    };
    expect(diffVersions(a, b)).toEqual({
      artifact: { added: {}, removed: {}, changed: { digest: { from: a.artifact.digest, to: digestOf('b') } } },
      code: { added: {}, removed: {}, changed: { code: { from: a.code, to: b.code } } },
      parameters: { added: { added: 0 }, removed: { 'optimizer.lr': 0.1 }, changed: { depth: { from: 6, to: '6' } } },
      metrics: { added: {}, removed: a.metrics, changed: {} },
      datasets: {
        added: {},
        removed: {},
        changed: { 'train/digits-train': { from: digestOf('train'), to: digestOf('train 2') } },
      },
      environment: { added: { numpy: '2.1.0' }, removed: {}, changed: { python: { from: '3.11.9', to: '3.12.1' } } },
    });
  });

  test('the other way round, what was added is removed', () => {
    const b = { ...a, parameters: { depth: 7, extra: true, toString: 'x' } };
    const [there, back] = [diffVersions(a, b).parameters, diffVersions(b, a).parameters];
    expect(back.added).toEqual(there.removed);
    expect(back.removed).toEqual(there.added);
    expect(there.added).toEqual({ extra: true, toString: 'x' });
    expect(back.changed).toEqual({ depth: { from: 7, to: 6 } });
  });
});
