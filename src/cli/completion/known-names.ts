import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_MS } from '../../domain/duration.js';
import { cacheFolder } from '../../process/cache-folder.js';
import { withApi } from '../with-api.js';
import type { KnownNames } from './words.js';

/** Whoever presses Tab does not wait longer. */
const TIMEOUT_MS = 1000;
/** Two presses are one question. */
const FRESH_MS = 5000;
/** Where the api is away, old names are better than none for so long. */
const KEPT_MS = DAY_MS;
const MOST = 200;
const NONE: KnownNames = { services: [], rollouts: [] };

interface Kept extends KnownNames {
  readonly at: number;
}

/** Names of services and rollouts, as the api tells them, kept in the user's cache folder for a moment. Never fails. */
export async function knownNames(apiUrl: string, env: NodeJS.ProcessEnv = process.env): Promise<KnownNames> {
  const path = cachePath(apiUrl, env);
  const kept = await readKept(path);
  const age = kept === null ? Number.POSITIVE_INFINITY : Date.now() - kept.at;
  if (kept !== null && age >= 0 && age < FRESH_MS) return kept;
  try {
    const names = await askNames();
    await keep(path, { ...names, at: Date.now() }).catch(() => {});
    return names;
  } catch {
    return kept !== null && age < KEPT_MS ? kept : NONE;
  }
}

async function askNames(): Promise<KnownNames> {
  const [{ services }, { items }] = await withApi(
    (api) => Promise.all([api.listServices({ limit: MOST }), api.listRollouts({ limit: MOST })]),
    TIMEOUT_MS,
  );
  return {
    services: services.map(({ service, rollout }) => ({
      value: service,
      meaning: rollout === null ? 'no rollout yet' : `${rollout.baseline} → ${rollout.candidate}, ${rollout.status}`,
    })),
    rollouts: items.map(({ rolloutId, status, candidate }) => ({
      value: rolloutId,
      meaning: `${candidate}, ${status}`,
    })),
  };
}

/** One file for each api, so that names of one installation are not offered for another. */
function cachePath(apiUrl: string, env: NodeJS.ProcessEnv): string {
  const digest = createHash('sha256').update(apiUrl).digest('hex').slice(0, 16);
  return join(cacheFolder(env), `names-${digest}.json`);
}

async function readKept(path: string): Promise<Kept | null> {
  try {
    const kept = JSON.parse(await readFile(path, 'utf8')) as Kept;
    return typeof kept.at === 'number' && Array.isArray(kept.services) && Array.isArray(kept.rollouts) ? kept : null;
  } catch {
    return null;
  }
}

async function keep(path: string, kept: Kept): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, JSON.stringify(kept), { mode: 0o600 });
  await rename(draft, path);
}
