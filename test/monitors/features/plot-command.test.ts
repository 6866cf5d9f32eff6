import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { plotReading } from '../../../src/cli/commands/monitor-plot.js';
import type { MonitorReading } from '../../../src/domain/monitor.js';
import { featureMonitor } from '../../../src/domain/spec/monitors/features.js';
import { evaluateFeatures } from '../../../src/monitors/features/evaluate.js';
import { plotsOf } from '../../../src/monitors/features/plot-data.js';
import { seededRandom } from '../../../src/stats/sample/random.js';

const AT = '2026-11-21T12:00:00.000Z';
const SPAN = { service: 'digits', version: 'v1', since: '2026-11-21T00:00:00.000Z', until: AT };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-plot-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A real reading, as it comes back from the store: through JSON. */
function readingOf(rows: number): MonitorReading {
  const random = seededRandom(5);
  const draw = (shift: number) =>
    Array.from({ length: rows }, () => ({
      at: AT,
      features: { age: random() + shift, country: random() < 0.5 ? 'a' : 'b' },
    }));
  const windows = { kind: 'found', version: 'v1', reference: SPAN, current: SPAN, isOwnPast: true } as const;
  const { reading } = evaluateFeatures(
    featureMonitor.parse({ kind: 'features' }),
    { ...windows, state: { reference: null } },
    { reference: draw(0), current: draw(0.5) },
    { service: 'digits', monitor: 'inputs', at: AT },
  );
  return JSON.parse(JSON.stringify(reading)) as MonitorReading;
}

test('the features of a reading are drawn into a file', async () => {
  const file = join(folder, 'plot.svg');
  expect(plotReading(readingOf(500), file)).toBe(2);
  const svg = await readFile(file, 'utf8');
  expect(svg).toContain(`digits/inputs at ${AT}: 1 of 2 drifted`);
  expect(svg).toMatch(/aria-label="age, drifted/);
  expect(svg).toMatch(/aria-label="country, not drifted/);
});

test('a reading without features, and a file that can’t be written, say so', () => {
  expect(() => plotReading(readingOf(10), join(folder, 'none.svg'))).toThrow(
    /reading of digits\/inputs \(features, inconclusive\) at .* has no features to draw/,
  );
  expect(() => plotReading(readingOf(500), join(folder, 'gone', 'plot.svg'))).toThrow(/can't write .*ENOENT/);
});

test('what is no plot is left out: details are JSON of any age', () => {
  const [plot] = plotsOf(readingOf(500));
  const broken = [null, 3, {}, { ...plot, current: [1] }, { ...plot, edges: [0] }, { ...plot, reference: [null] }];
  expect(plotsOf({ details: { plots: [...broken, plot] } })).toEqual([plot]);
  expect(plotsOf({ details: { plots: 'no' } })).toEqual([]);
  expect(plotsOf({})).toEqual([]);
});
