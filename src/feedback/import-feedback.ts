import type { LateWindows } from '../domain/feedback.js';
import type { FeedbackRecord } from '../domain/observation.js';
import { type FeedbackReader, readItem } from '../gateway/feedback-record.js';
import type { PredictionIds } from '../gateway/prediction-id.js';
import { type FieldPlan, itemOf, missingColumns, unusedColumns } from './import-fields.js';
import { type ImportFormat, type ImportLine, linesOf } from './import-lines.js';

const AT_ONCE = 500;

export interface ImportOptions {
  readonly service: string;
  readonly plan: FieldPlan;
  readonly format: ImportFormat;
  /** Earlier lines are passed over. */
  readonly fromLine: number;
  readonly ids: PredictionIds;
  readonly lateAfterMs: LateWindows;
}

/** Where good rows go, so many at a time. @returns how many were new */
export type SendFeedback = (records: readonly FeedbackRecord[]) => Promise<number>;

export interface ImportSummary {
  readonly rows: number;
  readonly added: number;
  /** Were there before. */
  readonly repeated: number;
  readonly refused: number;
  /** Of these: prediction ids made with another key. */
  readonly forged: number;
  readonly unusedColumns: readonly string[];
  /** All up to and with this line is kept. */
  readonly lastLine: number;
}

/**
 * Reads a file row by row and sends what is good of it. A repeat adds nothing: a row's id is its own, or a digest of what it says.
 * @param name of each refused line
 * @throws {ImportStopped} with what was done until then
 */
export async function importFeedback(
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  send: SendFeedback,
  name: (line: number, reason: string) => void,
): Promise<ImportSummary> {
  const progress = new Progress(options, send, name);
  try {
    for await (const block of linesOf(bytes, options.format, (columns) => progress.begin(columns)))
      for (const line of block) await progress.take(line);
    await progress.flush();
  } catch (error) {
    throw new ImportStopped(progress.summary(), error);
  }
  return progress.summary();
}

/** Raised where an import can not go on. */
export class ImportStopped extends Error {
  readonly summary: ImportSummary;

  constructor(summary: ImportSummary, cause: unknown) {
    super(`stopped after line ${summary.lastLine}`, { cause });
    this.name = 'ImportStopped';
    this.summary = summary;
  }
}

class Progress {
  private readonly options: ImportOptions;
  private readonly send: SendFeedback;
  private readonly name: (line: number, reason: string) => void;
  private readonly reader: FeedbackReader;
  private waiting: FeedbackRecord[] = [];
  private lastRead = 0;
  private unused: readonly string[] = [];
  private readonly counts = { rows: 0, added: 0, repeated: 0, refused: 0, forged: 0, lastLine: 0 };

  constructor(options: ImportOptions, send: SendFeedback, name: (line: number, reason: string) => void) {
    this.options = options;
    this.send = send;
    this.name = name;
    const knows = (service: string) => service === options.service;
    this.reader = { ids: options.ids, knows, lateAfterMs: options.lateAfterMs, source: 'import' };
  }

  /** @throws {RangeError} */
  begin(columns: readonly string[]): void {
    const { plan } = this.options;
    const missing = missingColumns(plan, columns);
    if (missing.length > 0)
      throw new RangeError(`line 1: no column ${missing.join(', ')}; there are: ${columns.join(', ').slice(0, 500)}`);
    this.unused = unusedColumns(plan, columns);
  }

  async take(line: ImportLine): Promise<void> {
    const { service, plan, fromLine } = this.options;
    this.lastRead = line.line;
    if (line.line < fromLine) return;
    this.counts.rows += 1;
    if ('fault' in line) return this.refuse(line.line, line.fault);
    const read = readItem({ service, ...itemOf(line.cells, plan) }, this.reader, Date.now());
    if ('fault' in read) {
      if (read.fault === 'forged') this.counts.forged += 1;
      return this.refuse(line.line, read.reason);
    }
    if (read.service !== service) return this.refuse(line.line, `it is of service ${read.service}, not ${service}`);
    if (this.waiting.push(read) >= AT_ONCE) await this.flush();
  }

  async flush(): Promise<void> {
    const { waiting, counts } = this;
    this.waiting = [];
    if (waiting.length > 0) {
      const added = await this.send(waiting);
      counts.added += added;
      counts.repeated += waiting.length - added;
    }
    counts.lastLine = this.lastRead;
  }

  summary(): ImportSummary {
    return { ...this.counts, unusedColumns: this.unused };
  }

  private refuse(line: number, reason: string): void {
    this.counts.refused += 1;
    this.name(line, reason);
  }
}
