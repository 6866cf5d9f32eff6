import { expect, jest, test } from '@jest/globals';
import { rows, settled, until } from './browser.js';
import type { FakeApi } from './fake-api.js';
import { detailOf, incidentOf, looksOf, summaryFrom } from './fake-world.js';
import { describeInBrowser, visits } from './visits.js';

jest.setTimeout(90_000);

describeInBrowser('what the page shows and sends is the newest, and whole', () => {
  const { open, withApi } = visits();

  test('the newest look at an A/B evaluation is the newest of all that are kept', async () => {
    const [look] = looksOf();
    if (look === undefined) throw new Error('no look');
    const looks = Array.from({ length: 1200 }, (_, at) => ({
      ...look,
      at: new Date(Date.now() - (1200 - at) * 60_000).toISOString(),
      reason: `look ${at + 1} of 1200`,
    }));
    await withApi({ looks }, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      await page.getByText('look 1200 of 1200').waitFor();
    });
  });

  test('an incident is acknowledged with a token that nobody is known by', async () => {
    await withApi({ tokens: { 'shared-token-0001': 'admin' } }, async (api) => {
      const { page } = await open(api, '/incidents/i-3f2a90c41b7d');
      await page.getByLabel('Access token').fill('shared-token-0001');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: 'Acknowledge' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('I look at it');
      await page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(api.incidents[0]?.acknowledged).toMatchObject({ by: 'dana', reason: 'I look at it' });
    });
  });

  test('over plain HTTP from elsewhere a command can be given', async () => {
    await withApi({}, async (api) => {
      const { page, errors } = await open({ url: `http://sluice.test:${api.port}` }, '/rollouts/r-digits-2');
      await page.getByRole('button', { name: 'Approve' }).click();
      expect(await page.evaluate('isSecureContext')).toBe(false);
      await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
      await page.getByText('approved by Dana').first().waitFor();
      expect(api.commands).toMatchObject([{ decisionId: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
      // The browser itself says there that it leaves out a header.
      expect(errors.filter((text) => !text.includes('Cross-Origin-Opener-Policy'))).toEqual([]);
    });
  });

  test.each([
    ['/services/digits', reroute, '77'],
    ['/incidents/i-3f2a90c41b7d', rename, 'renamed meanwhile'],
    ['/rollouts/r-digits-2', rename, 'renamed meanwhile'],
  ] as const)('%s: reads anew where something may have been missed', async (path, change, text) => {
    await withApi({}, async (api) => {
      const { page } = await open(api, path);
      await page.getByText('Live', { exact: true }).waitFor();
      await settled(page);
      change(api);
      api.tell('reset', { at: new Date().toISOString(), reason: 'too much was missed' });
      await page.getByText(text, { exact: true }).first().waitFor({ timeout: 5000 });
    });
  });

  test('a list that was read before an event does not take it back', async () => {
    await withApi({ rollouts: [detailOf('r-a', 'alpha'), detailOf('r-b', 'beta')] }, async (api) => {
      const { page } = await open(api);
      await page.getByText('Live', { exact: true }).waitFor();
      await rows(page, 2);
      let answer = () => {};
      api.slowness = new Promise((resolve) => {
        answer = resolve;
      });
      api.tell('reset', { at: new Date().toISOString(), reason: 'too much was missed' });
      const isLoading = `document.querySelector('main p[role=status]').textContent === 'Loading'`;
      await until(page, isLoading);
      await page.waitForTimeout(200);
      api.change('r-a', { status: 'promoted', waiting: null, needsMe: false });
      api.tell('rollout', summaryFrom(detailOf('r-c', 'gamma')));
      await page.locator('tr', { hasText: 'r-a' }).getByText('promoted').waitFor();
      await rows(page, 3);
      answer();
      await until(page, `!(${isLoading})`);
      await rows(page, 3);
      expect(await page.locator('tr', { hasText: 'r-a' }).getByText('promoted').count()).toBe(1);
    });
  });

  test('an incident of the rollout is found behind six hundred others', async () => {
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const others = Array.from({ length: 600 }, (_, index) => ({
      ...incidentOf('digits', null, `other ${index}`),
      id: `i-${String(index).padStart(12, '0')}`,
      status: 'resolved' as const,
      resolved: { by: 'sluice', at: at(500), reason: 'over' },
    }));
    await withApi({ incidents: [...others, incidentOf('digits', 'r-digits-2', 'the one')] }, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      await page.getByRole('link', { name: 'the one' }).waitFor();
      expect(await page.getByRole('link', { name: 'other' }).count()).toBe(0);
    });
  });

  test('a link to a version that is not listed shows that one, or says that there is none', async () => {
    await withApi({}, async (api) => {
      const { page } = await open(api, '/models/digits?version=mv-00000000000000a0');
      await page.getByRole('heading', { name: 'About v0' }).waitFor();
      await page.goto(`${api.url}/models/digits?version=mv-00000000000000ee`);
      await page.getByText('no version mv-00000000000000ee is registered').waitFor();
      expect(await page.getByRole('heading', { name: /^About/ }).count()).toBe(0);
    });
  });

  test('the compared versions are charted before others, and an unfinished interval has no rate', async () => {
    const now = Date.now();
    const iso = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
    const points = [2.5, 1.5, 0.5].map((minutes) => ({
      at: iso(minutes),
      requests: 300,
      errors: 0,
      p50: 1,
      p95: 1,
      p99: 1,
    }));
    const versions = ['other-1', 'other-2', 'v2', 'v1'].map((version) => ({ version, points }));
    const given = { since: iso(2), until: iso(0), intervalMs: 60_000, versions };
    await withApi({ series: given }, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      const chart = page.getByRole('figure', { name: /^Requests a second/ });
      await chart.getByText('Numbers').click();
      await chart.getByRole('columnheader', { name: 'Time' }).waitFor();
      expect(await chart.getByRole('columnheader').allTextContents()).toEqual(['Time', 'v1', 'v2', 'other-1']);
      expect(await chart.locator('tbody td:nth-child(2)').allTextContents()).toEqual(['–', '5', '–']);
    });
  });
});

function reroute(api: FakeApi): void {
  api.epoch = 77;
}

function rename({ incidents }: FakeApi): void {
  incidents.splice(0, incidents.length, ...incidents.map((one) => ({ ...one, title: 'renamed meanwhile' })));
}
