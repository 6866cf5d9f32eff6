import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where the page's own router has a page; ui/src/pages/pages.tsx shows what belongs there. */
const PLACES = [
  '/',
  '/rollouts/:rolloutId',
  '/services',
  '/services/:service',
  '/models',
  '/models/:model',
  '/monitors',
  '/monitors/:service/:monitor',
  '/incidents',
  '/incidents/:id',
] as const;

/** Nothing from elsewhere, nothing inline, in nobody's frame; and no text becomes markup, as `trusted-types 'none'` says. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The names of assets hold a digest of what is in them: what was loaded once is never asked for again. */
const FOR_EVER = 'public, max-age=31536000, immutable';

interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

/**
 * The dashboard, from what `npm run build:ui` has made. A few files of some 100 kB, so they are read once and kept. Without them the api does
 * all else, and the page's address says what is missing.
 */
export function pageRoutes(server: FastifyInstance, folder: string = builtPage()): void {
  const files = readPage(folder);
  const index = files.get('/index.html');
  for (const place of PLACES)
    server.get(place, async (request, reply) => {
      if (index === undefined) return notBuilt(reply);
      return answer(index, request, reply.header('cache-control', 'no-cache'));
    });
  for (const [path, file] of files)
    if (path.startsWith('/assets/'))
      server.get(path, async (request, reply) => answer(file, request, reply.header('cache-control', FOR_EVER)));
}

/** Beside the compiled api; beside the sources it is in dist. */
function builtPage(): string {
  const isSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(isSource ? '../../dist/ui' : '../../ui', import.meta.url));
}

function readPage(folder: string): Map<string, PageFile> {
  if (!existsSync(join(folder, 'index.html'))) return new Map();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.map((name) => [`/${relative(folder, name).replaceAll('\\', '/')}`, readPageFile(name)]));
}

function readPageFile(name: string): PageFile {
  const beside = (suffix: string) => (existsSync(name + suffix) ? readFileSync(name + suffix) : undefined);
  return { type: TYPES[extname(name)] ?? '', plain: readFileSync(name), br: beside('.br'), gzip: beside('.gz') };
}

function answer(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { body, encoding } = encoded(file, request.headers['accept-encoding']);
  if (encoding !== null) reply.header('content-encoding', encoding);
  return reply.header('content-security-policy', POLICY).header('vary', 'accept-encoding').type(file.type).send(body);
}

/** As the browser takes it, the smallest; `br;q=0` refuses. */
function encoded({ plain, br, gzip }: PageFile, accepted: unknown): { body: Buffer; encoding: 'br' | 'gzip' | null } {
  const takes = (name: string) =>
    typeof accepted === 'string' &&
    new RegExp(`(?:^|,)\\s*${name}\\s*(?:;(?!\\s*q=0(?:\\.0*)?\\s*(?:,|$))|,|$)`).test(accepted);
  if (br !== undefined && takes('br')) return { body: br, encoding: 'br' };
  if (gzip !== undefined && takes('gzip')) return { body: gzip, encoding: 'gzip' };
  return { body: plain, encoding: null };
}

function notBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .status(404)
    .type('text/plain; charset=utf-8')
    .send('The dashboard is not built: npm run build:ui. The api itself answers under /v1.\n');
}
