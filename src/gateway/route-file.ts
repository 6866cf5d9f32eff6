import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Route } from '../domain/route.js';
import { routeSchema } from './route-schema.js';

/** A route as it is kept over a restart: a lease goes on where it was, by the wall clock. */
export interface KeptRoute {
  readonly route: Route;
  readonly leaseEndsAt: string | null;
}

const fileSchema = z.array(z.strictObject({ route: routeSchema, leaseEndsAt: z.iso.datetime().nullable() }));

/** @returns nothing where there is no file yet @throws when the file is not one of ours */
export async function readRouteFile(path: string): Promise<KeptRoute[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  return fileSchema.parse(JSON.parse(text));
}

/** Replaces the file whole: a crash leaves the old one or the new one, never half of one. */
export async function writeRouteFile(path: string, kept: readonly KeptRoute[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(kept, null, 1)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
