import { expect, jest, test } from '@jest/globals';
import { rows, seriousFindings, settled, sideways, until } from './browser.js';
import { FakeApi } from './fake-api.js';
import { detailOf, summaryFrom } from './fake-world.js';
import { describeInBrowser, visits } from './visits.js';

jest.setTimeout(90_000);

const HOSTILE = `"><script>globalThis.pwned=1</script><img src=x onerror="globalThis.pwned=1">{{constructor}} javascript:alert(1)`;
const PLACES = [
  '/',
  '/rollouts/r-digits-2',
  '/services',
  '/services/digits',
  '/models',
  '/models/digits',
  '/monitors',
  '/monitors/digits/errors',
  '/incidents',
  '/incidents/i-3f2a90c41b7d',
];

describeInBrowser('the page', () => {
  const { open, withApi } = visits();

  test.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 390, height: 844 } }],
  ] as const)('%s: every page without errors, serious findings of axe or sideways scrolling', async (_, options) => {
    await withApi({}, async (api) => {
      for (const path of PLACES) {
        const { page, errors, foreign } = await open(api, path, options);
        await page.getByText('Live', { exact: true }).waitFor();
        await settled(page);
        expect({
          path,
          findings: await seriousFindings(page),
          sideways: await sideways(page),
          errors,
          foreign,
        }).toEqual({
          path,
          findings: [],
          sideways: 0,
          errors: [],
          foreign: [],
        });
        await page.context().close();
      }
    });
  });

  test('hostile text stays text wherever it may come from', async () => {
    const hostile = detailOf('r-digits-2', 'digits', { owner: HOSTILE, reason: HOSTILE, candidate: HOSTILE });
    hostile.evidence = hostile.evidence.map((one) => ({ ...one, metric: HOSTILE, reason: HOSTILE }));
    hostile.links = { ...hostile.links, webUi: 'javascript:globalThis.pwned=1' };
    await withApi({ text: HOSTILE, rollouts: [hostile] }, async (api) => {
      for (const path of PLACES) {
        const { page, errors, foreign } = await open(api, path);
        await settled(page);
        expect(await page.locator('a[href^="javascript:"]').count()).toBe(0);
        expect({ path, pwned: await page.evaluate('globalThis.pwned'), errors, foreign }).toEqual({
          path,
          pwned: undefined,
          errors: [],
          foreign: [],
        });
        await page.context().close();
      }
    });
  });

  test('a change is in the list without a reload, and a new rollout comes on top', async () => {
    await withApi({ rollouts: [detailOf('r-a', 'alpha'), detailOf('r-b', 'beta')] }, async (api) => {
      const { page } = await open(api);
      await page.getByText('Live', { exact: true }).waitFor();
      api.change('r-a', {
        status: 'rolled-back',
        weightPercent: 0,
        waiting: null,
        needsMe: false,
        reason: 'error_rate',
      });
      await page.locator('tr', { hasText: 'r-a' }).getByText('rolled back').waitFor({ timeout: 1000 });
      api.tell('rollout', summaryFrom(detailOf('r-c', 'gamma')));
      await page.locator('tbody tr').first().getByText('r-c').waitFor({ timeout: 1000 });
    });
  });

  test('search, status and what needs me go into the address, and Back comes back', async () => {
    const done = detailOf('r-b', 'beta', { status: 'promoted', needsMe: false, waiting: null });
    await withApi({ rollouts: [detailOf('r-a', 'alpha'), done] }, async (api) => {
      const { page } = await open(api);
      await page.keyboard.press('/');
      await page.keyboard.type('bet');
      await rows(page, 1);
      expect(page.url()).toContain('search=bet');
      await page.getByRole('searchbox').fill('');
      await rows(page, 2);
      await page.getByLabel('Needs me').check();
      await rows(page, 1);
      await page.getByRole('link', { name: 'alpha' }).click();
      await page.getByRole('heading', { name: /alpha/ }).waitFor();
      await page.goBack();
      await page.getByLabel('Needs me').waitFor();
      expect(await page.getByLabel('Needs me').isChecked()).toBe(true);
    });
  });

  test('approves with what was in sight, after a confirmation that keeps the focus', async () => {
    const digest = `sha256:${'1'.repeat(64)}`;
    const models = { model: 'digits', baseline: null, candidate: { id: 'mv-1', digest } };
    await withApi({ rollouts: [detailOf('r-digits-2', 'digits', { models })] }, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      await page.getByRole('button', { name: 'Approve' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/You approve what you see: v2 at 25 %/).waitFor();
      for (let press = 0; press < 6; press += 1) {
        await page.keyboard.press('Tab');
        expect(
          await page.evaluate(
            `document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)`,
          ),
        ).toBe(true);
      }
      await dialog.getByLabel(/Reason/).fill('looks good');
      await dialog.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('approved by Dana').first().waitFor();
      expect(api.commands).toEqual([
        {
          command: 'approve',
          reason: 'looks good',
          decisionId: expect.stringMatching(/^[\w-]{36}$/),
          rolloutId: 'r-digits-2',
          artifacts: { candidate: digest },
        },
      ]);
    });
  });

  test('Escape leaves all as it was; an abort without a reason is not sent', async () => {
    await withApi({}, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      const abort = page.getByRole('group', { name: 'Actions' }).getByRole('button', { name: 'Abort' });
      await abort.click();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.evaluate(`document.activeElement.textContent === 'Abort'`)).toBe(true);
      await abort.click();
      await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
      expect(api.commands).toEqual([]);
      await page.getByRole('dialog').getByLabel('Reason').fill('wrong model');
      await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click();
      await page.getByText('aborted by Dana: wrong model').first().waitFor();
      expect(api.commands).toMatchObject([{ command: 'abort', reason: 'wrong model' }]);
    });
  });

  test('signs in with a token that stands in no address; a viewer sees why not', async () => {
    await withApi({ tokens: { 'viewer-token-0001': 'viewer' } }, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      await page.getByLabel('Access token').fill('nonsense');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('the token is not known here').waitFor();
      await page.getByLabel('Access token').fill('viewer-token-0001');
      await page.getByRole('button', { name: 'Sign in' }).click();
      const approve = page.getByRole('button', { name: 'Approve' });
      await approve.waitFor();
      expect(await approve.getAttribute('aria-disabled')).toBe('true');
      expect(await approve.getAttribute('title')).toBe('approve needs the role approver; yours is viewer');
      await approve.click({ force: true });
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(page.url()).not.toContain('token');
      expect(await page.evaluate('document.cookie + JSON.stringify(localStorage)')).not.toContain('viewer-token');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Access token').waitFor();
    });
  });

  test('says that the connection is lost and how old the data is, and is live again when the api is back', async () => {
    const api = await FakeApi.start();
    const { page } = await open(api, '/rollouts/r-digits-2');
    await page.getByText('Live', { exact: true }).waitFor();
    await api.close();
    await page.getByText(/Connection lost, trying again/).waitFor();
    await page.getByText(/Data is \d+ s old/).waitFor();
    await page.getByRole('heading', { name: /digits/ }).waitFor();
    const again = await FakeApi.start({
      port: api.port,
      rollouts: [
        detailOf('r-digits-2', 'digits', {
          status: 'rolled-back',
          needsMe: false,
          waiting: null,
          reason: 'while you were away',
        }),
      ],
    });
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText('while you were away').first().waitFor();
    await page.context().close();
    await again.close();
  });

  test('ten thousand rollouts: the first come at once, and more when they are asked for', async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => detailOf(`r-${at}`, `service-${at}`));
    await withApi({ rollouts: many }, async (api) => {
      const { page, errors } = await open(api);
      await rows(page, 100);
      await page.getByRole('button', { name: 'Show more' }).click();
      await rows(page, 600);
      await page.getByRole('searchbox').fill('service-9876');
      await rows(page, 1);
      expect(errors).toEqual([]);
    });
  });

  test('keyboard: skip link, rows, pages and help', async () => {
    await withApi({ rollouts: [detailOf('r-a', 'alpha'), detailOf('r-b', 'beta')] }, async (api) => {
      const { page } = await open(api);
      await rows(page, 2);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content');
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: /beta/ }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('i');
      await page.getByRole('heading', { name: 'Incidents' }).waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      expect(await seriousFindings(page)).toEqual([]);
    });
  });

  test('another page has the focus on its heading, and is announced', async () => {
    await withApi({}, async (api) => {
      const { page } = await open(api);
      await rows(page, 1);
      await page.getByRole('link', { name: 'Services', exact: true }).click();
      await until(page, focusOn('Services'));
      await page.getByRole('status').getByText('services', { exact: true }).waitFor({ state: 'attached' });
      await page.goBack();
      await until(page, focusOn('Rollouts'));
      await page.locator('tbody').getByRole('link', { name: 'digits' }).click();
      await until(page, `document.activeElement.tagName === 'H1' && document.activeElement.textContent.includes('v2')`);
    });
  });

  test('what is said keeps the focus: on the button in its place, else on the heading', async () => {
    await withApi({}, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      const say = async (name: string) => {
        await page.getByRole('button', { name, exact: true }).click();
        await page
          .getByRole('dialog')
          .getByLabel(/Reason/)
          .fill('as agreed');
        await page.getByRole('dialog').getByRole('button', { name }).click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      };
      await say('Pause');
      await until(page, focusOn('Resume'));
      await say('Resume');
      await until(page, focusOn('Pause'));
      await say('Approve');
      await page.getByText('approved by Dana').first().waitFor();
      await until(page, `document.activeElement.tagName === 'H1'`);
    });
  });

  test('a selection that ends beside the dialog leaves it open; a press beside it closes it', async () => {
    await withApi({}, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      await page.getByRole('group', { name: 'Actions' }).getByRole('button', { name: 'Abort' }).click();
      const reason = page.getByRole('dialog').getByLabel('Reason');
      await reason.fill('wrong model');
      const box = await reason.boundingBox();
      if (box === null) throw new Error('no box');
      await page.mouse.move(box.x + 60, box.y + 15);
      await page.mouse.down();
      await page.mouse.move(10, 10);
      await page.mouse.up();
      expect(await reason.inputValue()).toBe('wrong model');
      await page.mouse.click(10, 10);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    });
  });

  test('a promoted rollout offers nothing, and says why', async () => {
    const promoted = detailOf('r-digits-2', 'digits', { status: 'promoted', waiting: null, needsMe: false });
    await withApi({ rollouts: [promoted] }, async (api) => {
      const { page } = await open(api, '/rollouts/r-digits-2');
      await page.getByText(/it was promoted, and there is nothing to try again/).waitFor();
      expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
    });
  });
});

const focusOn = (text: string) => `document.activeElement.textContent === '${text}'`;
