import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { startApi } from '../src/api/server.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { Store } from '../src/ports/store.js';
import { openStore } from '../src/stores/open-store.js';
import { launch } from '../test/setup/chromium.js';
import { stateOf } from '../test/stores/rollout-fixtures.js';
import { median, printTable } from './table.js';

/**
 * What the dashboard costs: bytes until the first view stands, the time in which 1,000 of 10,000 rollouts are listed, and how long a change takes from
 * the store to the screen. The real api over the embedded store, or over DATABASE_URL; the real page in Chromium, without a network between them.
 */
const ROLLOUTS = Number(process.env['ROLLOUTS'] ?? 10_000);
const LISTED = 1000;
const AT_ONCE = 500;
const RUNS = Number(process.env['RUNS'] ?? 20);

/** In the page: as fast as a person could click. */
const SHOW = `(async () => {
  const began = performance.now();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let asked = 0; document.querySelectorAll('tbody tr').length < ${LISTED}; await frame()) {
    const rows = document.querySelectorAll('tbody tr').length;
    const button = document.querySelector('.more button:not([disabled])');
    if (button && rows !== asked) { asked = rows; button.click(); }
  }
  document.body.getBoundingClientRect();
  return performance.now() - began;
})()`;

if (!existsSync('dist/ui/index.html')) throw new Error('the dashboard is not built: npm run build:ui');
const databaseUrl = process.env['DATABASE_URL'];
const store = await openStore(databaseUrl === undefined ? {} : { databaseUrl });
// What lists cost is measured, not how many one may ask for.
const api = await startApi({ store, host: '127.0.0.1', port: 0, limits: { requests: 1_000_000, refusals: 30 } });
const browser = await launch();
try {
  const states = await seed(store);
  const first = await firstView(browser);
  const listed = await listAll();
  const shown = await showAll(browser);
  const heard = await hear(browser, states[0] as RolloutState);
  printTable(
    ['what', 'median', 'p95', 'limit'],
    [
      ['first view, bytes on the wire', kilobytes(first.bytes), '', '200 kB'],
      ['first view, of which the page itself', kilobytes(first.pageBytes), '', ''],
      [`api: ${LISTED} of ${ROLLOUTS} rollouts, ${AT_ONCE} a page`, ...spread(listed), '300 ms'],
      [`page: ${LISTED} of ${ROLLOUTS} rollouts on the screen`, ...spread(shown), ''],
      ['a change, from the store to the screen', ...spread(heard), '1000 ms'],
    ],
  );
} finally {
  await browser.close();
  await api.close();
  await store.close();
}

async function seed(into: Store): Promise<RolloutState[]> {
  const begin = Date.parse('2026-11-01T00:00:00Z');
  const states = Array.from({ length: ROLLOUTS }, (_, at) => {
    const startedAt = new Date(begin - at * 60_000).toISOString();
    return stateOf(`service-${at % 500}`, {
      rolloutId: `r-${String(at).padStart(5, '0')}`,
      startedAt,
      updatedAt: startedAt,
      reason: 'bakes: 412 of 500 samples, all guardrails pass so far',
      ...(at % 10 === 0 ? {} : { status: 'promoted', weightPercent: 100, phase: 'impact' }),
    });
  });
  for (const state of states) await into.saveRollout(state);
  return states;
}

/** Everything that goes over the wire until the list stands, in a browser that has never been here. */
async function firstView(chromium: Browser): Promise<{ bytes: number; pageBytes: number }> {
  const context = await chromium.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  const urls = new Map<string, string>();
  let [bytes, pageBytes] = [0, 0];
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength;
    if (!urls.get(requestId)?.includes('/v1/')) pageBytes += encodedDataLength;
  });
  await page.goto(api.url);
  await page.locator('tbody tr').nth(99).waitFor();
  await page.waitForTimeout(1000);
  await context.close();
  return { bytes, pageBytes };
}

async function listAll(): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now();
    for (let cursor = '', seen = 0; seen < LISTED; ) {
      const answer = await fetch(`${api.url}/v1/rollouts?limit=${AT_ONCE}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const page = (await answer.json()) as { items: unknown[]; next: string };
      seen += page.items.length;
      cursor = page.next;
    }
    times.push(performance.now() - began);
  }
  return times;
}

/** From the first click on "Show more" until so many rows are in the document and laid out. */
async function showAll(chromium: Browser): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < Math.min(RUNS, 10); run += 1) {
    const page = await openList(chromium);
    times.push((await page.evaluate(SHOW)) as number);
    await page.context().close();
  }
  return times;
}

async function openList(chromium: Browser): Promise<Page> {
  const page = await (await chromium.newContext()).newPage();
  await page.goto(api.url);
  await page.locator('tbody tr').nth(99).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.waitForTimeout(300);
  return page;
}

/** The clock is the same: browser and store run on one machine. */
async function hear(chromium: Browser, state: RolloutState): Promise<number[]> {
  const page = await openList(chromium);
  const times: number[] = [];
  for (let run = 1; run <= RUNS; run += 1) {
    const owner = `owner-${run}`;
    const seen = page.evaluate(`new Promise((resolve) => {
      const look = () => document.querySelector('tbody').textContent.includes('${owner}') ? resolve(Date.now()) : requestAnimationFrame(look);
      look();
    })`);
    // At another moment of the api's rhythm each time.
    await page.waitForTimeout(137 * (run % 7));
    const saved = { ...state, owner, revision: state.revision + run, updatedAt: new Date().toISOString() };
    const began = Date.now();
    await store.saveRollout(saved);
    times.push(((await seen) as number) - began);
  }
  await page.context().close();
  return times;
}

function spread(times: readonly number[]): [string, string] {
  const order = times.toSorted((a, b) => a - b);
  return [
    `${Math.round(median(times))} ms`,
    `${Math.round(order[Math.ceil(order.length * 0.95) - 1] ?? Number.NaN)} ms`,
  ];
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
