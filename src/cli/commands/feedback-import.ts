import { createReadStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpacked, utf8Checked } from '../../datasets/text-bytes.js';
import { parseDuration } from '../../domain/duration.js';
import { describeError, ERROR_CODES, SluiceError } from '../../domain/errors.js';
import { LATE_AFTER_MS, type LateWindows } from '../../domain/feedback.js';
import { FEEDBACK_KINDS, type FeedbackRecord } from '../../domain/observation.js';
import { serviceName } from '../../domain/spec/target.js';
import {
  ImportStopped,
  type ImportSummary,
  importFeedback,
  type SendFeedback,
} from '../../feedback/import-feedback.js';
import { fieldPlan } from '../../feedback/import-fields.js';
import type { ImportFormat } from '../../feedback/import-lines.js';
import { printable } from '../output/plain-text.js';
import { predictionIds } from '../prediction-ids.js';
import { renderImport } from '../render-feedback.js';
import { withApi } from '../with-api.js';

const CHUNK_BYTES = 256 * 1024;
const TRIES = 6;
const FIRST_WAIT_MS = 500;

export interface ImportFileOptions {
  readonly service: string;
  readonly map: readonly string[];
  readonly set: readonly string[];
  readonly lateAfter: readonly string[];
  readonly format?: 'csv' | 'ndjson';
  readonly delimiter?: string;
  readonly fromLine: string;
  readonly dryRun?: boolean;
  readonly keyFile?: string;
  readonly output: string;
}

/** @throws {SluiceError} OBSERVATION_INVALID where lines were refused; USAGE; whatever stopped it */
export async function importFile(file: string, options: ImportFileOptions): Promise<void> {
  const { service, dryRun = false } = options;
  if (!serviceName.safeParse(service).success)
    throw new SluiceError('USAGE', `--service: "${service}" is not a service's name`);
  const format = formatOf(file, options);
  const reading = {
    service,
    format,
    plan: fieldPlan(options.map, options.set, format.kind === 'csv'),
    fromLine: lineNumber(options.fromLine),
    lateAfterMs: lateWindows(options.lateAfter),
    ids: await predictionIds(options.keyFile),
  };
  const shown = file === '-' ? 'stdin' : file;
  const name = (line: number, reason: string) => void process.stderr.write(`${shown}:${line}: ${printable(reason)}\n`);
  const send: SendFeedback = dryRun ? async (records) => records.length : sendToApi;
  const show = (summary: ImportSummary) =>
    process.stdout.write(`${options.output === 'json' ? JSON.stringify(summary) : renderImport(summary, dryRun)}\n`);
  const summary = await importFeedback(bytesOf(file), reading, send, name).catch((error: unknown) => {
    if (!(error instanceof ImportStopped)) throw error;
    show(error.summary);
    throw stopped(shown, error);
  });
  show(summary);
  if (summary.rows === 0) throw new SluiceError('OBSERVATION_INVALID', `${shown}: no rows`);
  if (summary.refused > 0)
    throw new SluiceError('OBSERVATION_INVALID', `${shown}: ${summary.refused} of ${summary.rows} rows were refused`);
}

/** What is there already counts once, so that beginning anew does no harm; going on is only sooner. */
function stopped(shown: string, { summary, cause }: ImportStopped): SluiceError {
  const code = cause instanceof SluiceError ? cause.code : 'OBSERVATION_INVALID';
  const advice = summary.lastLine === 0 ? 'nothing was kept' : `go on with --from-line ${summary.lastLine + 1}`;
  return new SluiceError(code, `${shown}: ${printable(describeError(cause))}; ${advice}`);
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  const stored = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  yield* utf8Checked(unpacked(stored as AsyncIterable<Uint8Array>));
}

/** What is busy or can't be reached is tried again, at longer and longer intervals: a repeat adds nothing. */
async function sendToApi(records: readonly FeedbackRecord[]): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { added } = await withApi((api) => api.importFeedback({ records }));
      return added;
    } catch (error) {
      if (tries >= TRIES || !(error instanceof SluiceError) || !ERROR_CODES[error.code].retryable) throw error;
      await sleep(FIRST_WAIT_MS * 2 ** (tries - 1));
    }
  }
}

function formatOf(file: string, { format, delimiter }: ImportFileOptions): ImportFormat {
  const ending = /\.([a-z0-9]+)$/.exec(file.toLowerCase().replace(/\.gz$/, ''))?.[1];
  const byEnding = { csv: 'csv', tsv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' } as const;
  const kind = format ?? (ending === undefined ? undefined : byEnding[ending as keyof typeof byEnding]);
  if (kind === undefined) throw new SluiceError('USAGE', `the ending of ${file} says no format: give --format`);
  if (delimiter !== undefined && (kind !== 'csv' || delimiter.length !== 1))
    throw new SluiceError('USAGE', `--delimiter "${delimiter}": expected one character, for CSV`);
  return { kind, delimiter: delimiter ?? (ending === 'tsv' ? '\t' : ',') };
}

function lineNumber(text: string): number {
  const line = Number(text);
  if (Number.isSafeInteger(line) && line >= 1) return line;
  throw new SluiceError('USAGE', `--from-line ${text}: expected a whole number from 1`);
}

function lateWindows(texts: readonly string[]): LateWindows {
  const windows = { ...LATE_AFTER_MS };
  for (const text of texts) {
    const [name, length = ''] = text.split('=');
    const [kind, ms] = [FEEDBACK_KINDS.find((one) => one === name), parseDuration(length)];
    if (kind === undefined || ms === undefined)
      throw new SluiceError('USAGE', `--late-after ${text}: expected kind=duration, such as label=60d`);
    windows[kind] = ms;
  }
  return windows;
}
