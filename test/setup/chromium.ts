import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** A browser that can be started without a screen; `SLUICE_CHROMIUM` names another one. null where there is none. */
export const CHROMIUM =
  [process.env['SLUICE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    .filter((path) => path !== undefined)
    .find((path) => existsSync(path)) ?? null;

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A name that is not this machine's own: what is served there over plain HTTP is no secure context.
  '--host-resolver-rules=MAP sluice.test 127.0.0.1',
];

/** One for a whole suite: a start takes longer than a page. */
export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', headless: true, args: QUIET });
}
