import type { Browser, Page } from 'playwright-core';

/** The page as the browser has it after loading, as markup. */
export function domOf(browser: Browser, page: string): Promise<string> {
  return shown(browser, page, 1280, (tab) => tab.content());
}

/** How far a page of that width reaches to the right, in pixels: as wide as itself where nothing has to be scrolled sideways. */
export function reachAt(browser: Browser, page: string, width: number): Promise<number> {
  return shown(browser, page, width, (tab) => tab.evaluate<number>('document.documentElement.scrollWidth'));
}

async function shown<T>(browser: Browser, page: string, width: number, look: (tab: Page) => Promise<T>): Promise<T> {
  const tab = await browser.newPage({ viewport: { width, height: 800 } });
  try {
    await tab.setContent(page, { waitUntil: 'load' });
    return await look(tab);
  } finally {
    await tab.close();
  }
}
