import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { CHROMIUM } from '../setup/chromium.js';

const run = promisify(execFile);

/** The page as the browser has it after loading, as markup. */
export async function domOf(page: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-page-'));
  try {
    const file = join(folder, 'page.html');
    await writeFile(file, page);
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    const { stdout } = await run(
      CHROMIUM ?? '',
      [...flags, `--user-data-dir=${folder}/profile`, '--virtual-time-budget=3000', '--dump-dom', `file://${file}`],
      {
        timeout: 60_000,
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** How far a page of that width reaches to the right, in pixels: as wide as itself where nothing has to be scrolled sideways. */
export async function reachAt(page: string, width: number): Promise<number> {
  const inner = page.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const dom =
    await domOf(`<!doctype html><iframe width="${width}" height="800" style="border:0" srcdoc="${inner}"></iframe>
<script>document.querySelector('iframe').onload = (e) => { document.title = 'reach ' + e.target.contentDocument.documentElement.scrollWidth; };</script>`);
  return Number(/<title>reach (\d+)/.exec(dom)?.[1] ?? Number.NaN);
}
