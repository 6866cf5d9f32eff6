import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launch } from '../setup/chromium.js';
import { hasChromium, openPage, type Watched } from './browser.js';
import { hasBuiltPage } from './built-page.js';
import { FakeApi } from './fake-api.js';

export const describeInBrowser = hasChromium() && hasBuiltPage() ? describe : describe.skip;

/** One browser for all tests of a block, and a new api for each of them. */
export function visits() {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const open = async (
    { url }: Pick<FakeApi, 'url'>,
    path = '/',
    options: Parameters<typeof openPage>[2] = {},
  ): Promise<Watched> => {
    const watched = await openPage(browser, url + path, options);
    await watched.page.waitForSelector('h1');
    return watched;
  };
  /** Starts an api, and ends it and all pages after the test. */
  const withApi = async (given: Parameters<typeof FakeApi.start>[0], act: (api: FakeApi) => Promise<void>) => {
    const api = await FakeApi.start(given);
    try {
      await act(api);
    } finally {
      for (const context of browser.contexts()) await context.close();
      await api.close();
    }
  };
  return { open, withApi };
}
