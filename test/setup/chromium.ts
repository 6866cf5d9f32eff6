import { existsSync } from 'node:fs';

/** A browser that can be started without a screen; `SLUICE_CHROMIUM` names another one. null where there is none. */
export const CHROMIUM =
  [process.env['SLUICE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
    .filter((path) => path !== undefined)
    .find((path) => existsSync(path)) ?? null;
