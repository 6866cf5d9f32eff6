import { expect, test } from '@jest/globals';
import { plotOf } from '../../src/monitors/features/plot-data.js';
import { plotFeatures } from '../../src/report/feature-plot.js';
import { seededRandom } from '../../src/stats/sample/random.js';
import { CHROMIUM, launch } from '../setup/chromium.js';

const missing = { reference: 0, current: 0 };
function plots() {
  const random = seededRandom(3);
  const numbers = (shift: number) => Array.from({ length: 400 }, () => random() + random() + random() + shift);
  const words = (names: readonly string[]) =>
    Array.from({ length: 400 }, () => names[Math.floor(random() * names.length)] ?? '');
  const columns = [
    { name: 'age', type: 'numeric', reference: numbers(0), current: numbers(0.8), missing },
    {
      name: 'country',
      type: 'categorical',
      reference: words(['de', 'fr', 'it']),
      current: words(['de', 'fr', 'xx']),
      missing,
    },
    {
      name: '</text><script>alert(1)</script>\u{0}"&',
      type: 'numeric',
      reference: numbers(0),
      current: numbers(0),
      missing,
    },
    {
      name: 'a-name-that-is-much-longer-than-there-is-room-for-it',
      type: 'numeric',
      reference: [0, 1, 1],
      current: [0, 0, 1],
      missing,
    },
  ] as const;
  return columns.flatMap((column, at) => plotOf(column, at < 2) ?? []);
}

test('every bar is a share; bounded, whatever the data', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `c${i}`);
  const [numeric, ...rest] = plots();
  expect(numeric?.edges).toHaveLength(21);
  const wide = plotOf({ name: 'ids', type: 'categorical', reference: many, current: many }, false);
  expect(wide?.categories).toHaveLength(12);
  for (const plot of [numeric, ...rest, wide])
    for (const side of [plot?.reference, plot?.current])
      expect((side ?? []).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(plotOf({ name: 'gone', type: 'numeric', reference: [1], current: [] }, false)).toBeNull();
});

test('says in words what it shows, and takes names for nothing but text', () => {
  const svg = plotFeatures(plots(), 'digits <v1>');
  expect(svg).toContain('digits &lt;v1&gt;');
  expect(svg).not.toContain('<script');
  expect(svg).not.toContain('\u{0}');
  expect(svg).toMatch(
    /aria-label="age, drifted\. Largest difference: values from [\d.]+ to [\d.]+ are \d+\.\d\d % of the window/,
  );
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(plotFeatures([], 'none')).toContain('<svg');
});

(CHROMIUM === null ? test.skip : test)('a browser draws it', async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 840, height: 420 } });
    await page.goto(`data:image/svg+xml;base64,${Buffer.from(plotFeatures(plots(), 'digits v1')).toString('base64')}`);
    // A page with an error of XML in it, or an empty one, packs to next to nothing.
    expect((await page.screenshot()).length).toBeGreaterThan(8000);
  } finally {
    await browser.close();
  }
});
