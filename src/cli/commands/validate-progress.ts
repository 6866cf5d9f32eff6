import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, SluiceError } from '../../domain/errors.js';
import { VALIDATION_ID } from '../../domain/validation.js';
import { contentDigest } from '../../identity/content-digest.js';
import type { SuiteDeps, SuiteInput } from '../../validation/suite.js';
import { writeWhole } from './validate-reports.js';

export interface FileProgress {
  /** Of the run that is gone on with, or of a new one. */
  readonly id: string;
  /** Whether a run that was cut is gone on with. */
  readonly isResumed: boolean;
  readonly keeper: SuiteDeps['progress'];
  /** Once the report is where it belongs. */
  readonly forget: () => void;
}

interface Kept {
  readonly id: string;
  readonly progress: unknown;
}

/**
 * Progress of suites that run alone, a file each: the same suite of the same versions finds its own again.
 * @param fresh forget what was kept
 * @throws {SluiceError} USAGE where the folder can't be written
 */
export async function openFileProgress(
  stateDir: string,
  suite: Omit<SuiteInput, 'id'>,
  fresh: boolean,
): Promise<FileProgress> {
  const folder = join(stateDir, 'validation');
  const file = join(folder, `${suite.service}-${contentDigest(suite).slice(0, 16)}.json`);
  try {
    mkdirSync(folder, { recursive: true });
    if (fresh) rmSync(file, { force: true });
  } catch (error) {
    throw new SluiceError('USAGE', `SLUICE_STATE_DIR: ${describeError(error)}`, { cause: error });
  }
  const kept = await readKept(file);
  const id = kept?.id ?? newId(suite);
  return {
    id,
    isResumed: kept !== null,
    keeper: {
      async progress() {
        return (await readKept(file))?.progress ?? null;
      },
      async saveProgress(_, progress) {
        writeWhole(file, JSON.stringify({ id, progress } satisfies Kept));
      },
    },
    forget: () => rmSync(file, { force: true }),
  };
}

/** null also for a file that nobody can read: the run begins anew. */
async function readKept(file: string): Promise<Kept | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { id, progress = null } = (kept ?? {}) as { id?: unknown; progress?: unknown };
    return typeof id === 'string' && VALIDATION_ID.test(id) ? { id, progress } : null;
  } catch {
    return null;
  }
}

/** Such as `digits-v2-20250304T100000Z-1f3a`. */
function newId({ service, candidate }: Pick<SuiteInput, 'service' | 'candidate'>): string {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${service}-${candidate.version}-${now}-${randomBytes(2).toString('hex')}`;
}
