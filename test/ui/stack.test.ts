import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { endChild } from '../../src/process/child-process.js';
import { Installation } from '../e2e/installation.js';
import { launch } from '../setup/chromium.js';
import { freePort } from '../setup/free-port.js';
import { spawnSluice } from '../setup/sluice.js';
import { hasChromium, openPage, seriousFindings, until, type Watched } from './browser.js';
import { hasBuiltPage } from './built-page.js';

jest.setTimeout(400_000);
const describeInBrowser = hasChromium() && hasBuiltPage() ? describe : describe.skip;

/** Browser, servers and workers share a small machine: how fast a model answers is no part of this. */
const PATIENT = [
  ['max: 5s', 'max: 60s'],
  ['margin: 250ms', 'margin: 60s'],
] as const;
/** One long step, to do things in. Of so few pairs one in a hundred times less than 85 % agree, where 93 % of all do. */
const LONG_STEP = [
  ...PATIENT,
  [/steps:\n(.*\n)*?(?= {2}abTest)/, 'steps: [ { setWeight: 20, bake: 10m } ]\n'],
  ['minSamples: 200, minAgreement: 0.85', 'minSamples: 50, minAgreement: 0.7'],
] as const;
/** The example, quicker, and without what takes its time. */
const QUICK = [
  ...PATIENT,
  [/ {2}(abTest|impact):.*\n/, ''],
  ['minSamples: 200, minAgreement: 0.85', 'minSamples: 50, minAgreement: 0.7'],
  ['bake: 5s', 'bake: 2s'],
  ['keepBaselineWarm: 10s', 'keepBaselineWarm: 2s'],
] as const;

describeInBrowser('the page on the real stack', () => {
  let it: Installation;
  let browser: Browser;
  let watched: Watched;
  beforeAll(async () => {
    browser = await launch();
    it = await Installation.open('ui');
  });
  afterEach(async () => {
    expect({ errors: watched.errors, foreign: watched.foreign }).toEqual({ errors: [], foreign: [] });
    expect(it.newFailures()).toEqual([]);
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await it?.close();
  });

  /** The list, live, before the rollout begins: that it comes is part of what is tested. */
  const openList = async (): Promise<Page> => {
    watched = await openPage(browser, it.apiUrl);
    await watched.page.getByText('Live', { exact: true }).waitFor();
    return watched.page;
  };
  const start = async (example: string, name: string, changes: Parameters<Installation['fileFrom']>[2]) => {
    const started = await it.sluice('start', await it.fileFrom(`examples/${example}`, name, changes));
    expect(started).toMatchObject({ code: 0 });
    return (await it.state()).rolloutId;
  };
  const openRollout = async (page: Page, rolloutId: string) => {
    await page.locator('tr', { hasText: rolloutId }).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: /digits/ }).waitFor();
  };
  /** Rollouts take their time on a busy machine. Where it does not come, the error says what there is instead. */
  const sees = async (locator: Locator, state: 'visible' | 'detached' = 'visible') => {
    await locator.waitFor({ state, timeout: 150_000 }).catch(async (error: unknown) => {
      throw new Error(`the rollout: ${JSON.stringify(await it.state())}`, { cause: error });
    });
  };
  const shoot = async (page: Page, name: string) => {
    const folder = process.env['SLUICE_SCREENSHOTS'];
    if (folder) await page.screenshot({ path: join(folder, `ui-${name}.png`) });
  };

  test('a rollout appears, moves, and is aborted with a reason: traffic goes back', async () => {
    const page = await openList();
    const rolloutId = await start('digits-v2.yaml', 'long.yaml', LONG_STEP);
    await openRollout(page, rolloutId);
    await sees(page.locator('.big', { hasText: '20 %' }));
    // Charts come from what gateways have shipped.
    await page.getByRole('figure', { name: /Latency p99/ }).waitFor({ timeout: 30_000 });
    await page
      .getByText(/\d+ samples/)
      .first()
      .waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('group', { name: 'Actions' }).getByRole('button', { name: 'Abort' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('<b>wrong</b> model');
    await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
    await page
      .getByText(/abort by .*<b>wrong<\/b> model/)
      .first()
      .waitFor({ timeout: 20_000 });
    await page.locator('.badge', { hasText: 'aborted' }).waitFor();
    expect((await it.route()).route).toMatchObject({ baseline: { version: 'v1' }, candidate: null });
  });

  test('a viewer sees it all, and can do nothing; the api refuses what the page does not offer', async () => {
    const { url, end } = await apiWithTokens(it, {
      'viewer-token-of-the-suite': 'viewer',
      'approver-token-of-the-suite': 'approver',
    });
    try {
      watched = await openPage(browser, url);
      const { page } = watched;
      await page.getByLabel('Access token').fill('viewer-token-of-the-suite');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Live', { exact: true }).waitFor();
      const rolloutId = await start('digits-v2.yaml', 'viewed.yaml', LONG_STEP);
      await openRollout(page, rolloutId);
      const abort = page.getByRole('group', { name: 'Actions' }).getByRole('button', { name: 'Abort' });
      expect(await abort.getAttribute('aria-disabled')).toBe('true');
      const answer = await fetch(`${url}/v1/services/digits/commands`, {
        method: 'POST',
        headers: { authorization: 'Bearer viewer-token-of-the-suite', 'content-type': 'application/json' },
        body: JSON.stringify({ command: 'abort', reason: 'I may not' }),
      });
      expect(answer.status).toBe(403);
      // The page is told of the wish to know who asks by a 401, which the browser writes to its console as well.
      watched.errors.splice(0, watched.errors.length, ...watched.errors.filter((line) => !line.includes('401')));
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Access token').fill('approver-token-of-the-suite');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await abort.click();
      await page.getByRole('dialog').getByLabel('Reason').fill('over');
      await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
      await page
        .getByText(/abort by tester-approver: over/)
        .first()
        .waitFor({ timeout: 20_000 });
      watched.errors.splice(0, watched.errors.length, ...watched.errors.filter((line) => !line.includes('401')));
    } finally {
      for (const context of browser.contexts()) await context.close();
      await end();
    }
  });

  test('a rollout that needs somebody says so in the list, is approved, and is promoted while one looks', async () => {
    const page = await openList();
    const rolloutId = await start('digits-v2.yaml', 'quick.yaml', QUICK);
    await sees(page.locator('tr', { hasText: rolloutId }).getByText('needs me'));
    await page.setViewportSize({ width: 1280, height: 420 });
    await shoot(page, 'list');
    await page.setViewportSize({ width: 1280, height: 900 });
    await openRollout(page, rolloutId);
    await page.getByRole('heading', { name: 'Approval is asked for' }).waitFor();
    await page.getByRole('figure', { name: /Latency p99/ }).waitFor({ timeout: 30_000 });
    await page.setViewportSize({ width: 1280, height: 1240 });
    await shoot(page, 'rollout');
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/Reason/)
      .fill('looks good');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await sees(page.getByRole('heading', { name: 'Approval is asked for' }), 'detached');
    await sees(page.locator('.badge', { hasText: 'promoted' }));
    await page.getByText('looks good').first().waitFor();
    expect((await it.route()).route).toMatchObject({ baseline: { version: 'v2' } });
  });

  test('the automatic rollback of a bad candidate arrives by itself, with its reason', async () => {
    const page = await openList();
    const rolloutId = await start('digits-v3.yaml', 'v3.yaml', [['margin: 250ms', 'margin: 60s']]);
    await openRollout(page, rolloutId);
    await sees(page.locator('.badge', { hasText: 'rolled back' }));
    await page
      .getByText(/prediction_drift: label/)
      .first()
      .waitFor();
    await until(page, `[...document.querySelectorAll('.phase')].some((phase) => phase.textContent.includes('failed'))`);
    expect(await seriousFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await shoot(page, 'phone');
    for (const place of ['/services', '/services/digits', '/models', '/monitors', '/incidents']) {
      await page.goto(it.apiUrl + place);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    }
  });
});

/** A second api over the same store, which knows its users. */
async function apiWithTokens(
  installation: Installation,
  roles: Readonly<Record<string, string>>,
): Promise<{ url: string; end: () => Promise<unknown> }> {
  const tokens = Object.entries(roles).map(([token, role]) => ({
    name: `Tester, ${role}`,
    subject: `tester-${role}`,
    roles: [role],
    sha256: createHash('sha256').update(token).digest('hex'),
  }));
  const { folder } = installation;
  const path = join(folder, 'tokens.yaml');
  await writeFile(path, JSON.stringify({ sluice: 'api-tokens/v1', tokens }), { mode: 0o600 });
  const port = await freePort();
  const env = { ...installation['env'], SLUICE_API_TOKENS: path };
  const child = spawnSluice(['api', '--port', String(port)], { env, logPath: join(folder, 'tokens-api.log') });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return { url, end: () => endChild(child) };
}
