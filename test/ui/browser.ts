import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { CHROMIUM } from '../setup/chromium.js';

/** Whether there is one to test with; says so where there is none. */
export function hasChromium(): boolean {
  if (CHROMIUM === null) process.stderr.write('SKIPPED: no browser; set SLUICE_CHROMIUM to test the dashboard\n');
  return CHROMIUM !== null;
}

/** A page, with all that went wrong in it. */
export interface Watched {
  readonly page: Page;
  /** Errors on the console, uncaught ones, refused by the policy. */
  readonly errors: string[];
  /** Requests to anywhere but the api. */
  readonly foreign: string[];
}

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const [errors, foreign]: [string[], string[]] = [[], []];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  page.on(
    'request',
    (request) =>
      !/^(?:blob:|data:)/.test(request.url()) &&
      new URL(request.url()).origin !== new URL(url).origin &&
      foreign.push(request.url()),
  );
  await page.goto(url);
  return { page, errors, foreign };
}

/** Findings of axe that are serious or critical, a line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Through the debugger, which the page's policy does not stop.
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(`axe.run(document, { resultTypes: ['violations'] })
    .then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 160) + ' ' + (any[0]?.message ?? '')).join(' | ')))`);
  return found as string[];
}

/** How far a page can be scrolled sideways, in pixels. */
export async function sideways(page: Page): Promise<number> {
  return (await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number;
}

/** Once so many rollouts are listed. */
export async function rows(page: Page, count: number): Promise<void> {
  await until(page, `document.querySelectorAll('tbody tr').length === ${count}`);
}

/** Once nothing is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await until(page, `!document.body.textContent.includes('Loading')`);
}

/** Asked from outside, as the page's policy lets nobody evaluate text inside. */
export async function until(page: Page, expression: string, patienceMs = 30_000): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while ((await page.evaluate(expression)) !== true) {
    if (performance.now() > deadline) throw new Error(`never came: ${expression}`);
    await page.waitForTimeout(20);
  }
}
