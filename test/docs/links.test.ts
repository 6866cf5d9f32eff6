import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { allPages, anchorsOf, type Page, proseOf } from './pages.js';

const pages = allPages();
const byPath = new Map(pages.map((page) => [page.path, page]));

/** Targets of links and images, without code spans: a link in one is shown, not followed. */
function targetsOf(page: Page): string[] {
  const prose = proseOf(page).replaceAll(/(`+)[^`]*\1/g, '');
  return [...prose.matchAll(/\]\(([^()\s]+(?:\([^()]*\))?[^()\s]*)(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
}

function faultOf(page: Page, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return /^https:|^mailto:/.test(target) ? null : `${target}: neither https nor mailto`;
  const [file = '', anchor] = target.split('#', 2);
  const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
  if (path.startsWith('..')) return `${target}: outside of the repository`;
  if (!existsSync(path)) return `${target}: there is no ${path}`;
  const linked = byPath.get(path);
  if (anchor === undefined || linked === undefined) return null;
  return anchorsOf(linked).has(anchor) ? null : `${target}: ${path} has no heading #${anchor}`;
}

test('there are pages, and links in them', () => {
  expect(pages.length).toBeGreaterThan(25);
  expect(pages.flatMap(targetsOf).length).toBeGreaterThan(200);
});

test.each(pages.map((page) => [page.path, page] as const))('links of %s lead somewhere', (_, page) => {
  expect(targetsOf(page).flatMap((target) => faultOf(page, target) ?? [])).toEqual([]);
});

test('every page of docs is linked from another one', () => {
  const linked = new Set(
    pages.flatMap((page) =>
      targetsOf(page).map((target) => normalize(join(dirname(page.path), target.split('#', 1)[0] ?? ''))),
    ),
  );
  const folders = (path: string) => linked.has(dirname(path)) || linked.has(`${dirname(path)}/`);
  const alone = pages.filter(({ path }) => path.startsWith('docs/') && !linked.has(path) && !folders(path));
  expect(alone.map(({ path }) => path)).toEqual([]);
});

test('no page names a folder of the machine that it was written on', () => {
  const named = pages.filter(({ text }) => /\/(?:home|Users|root|work)\/\w|\/tmp\/w\d/.test(text));
  expect(named.map(({ path }) => path)).toEqual([]);
});
