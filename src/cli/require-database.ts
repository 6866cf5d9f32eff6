import type { Config } from '../config.js';
import { SluiceError } from '../domain/errors.js';

/** The embedded store belongs to one process; separate ones need a server. @throws {SluiceError} USAGE */
export function requireDatabase({ databaseUrl }: Config): string {
  if (databaseUrl !== null) return databaseUrl;
  throw new SluiceError(
    'USAGE',
    'DATABASE_URL is not set: worker and api as separate processes need a PostgreSQL (or use `sluice dev`)',
  );
}
