import type { LogLevel } from '../domain/log-line.js';

/** The shape that messages of a service have in common. */
export interface LogTemplate {
  readonly service: string;
  /** Stays as it is while the text becomes more general. */
  readonly id: string;
  /** Words, and `<…>` in place of what varies. */
  readonly text: string;
  /** A message that has it, with secrets masked. */
  readonly sample: string;
  /** ISO. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** Lines of one minute that are alike in everything kept of them. */
export interface LogMinute {
  readonly service: string;
  /** Empty: not known. */
  readonly version: string;
  /** ISO, a whole minute. */
  readonly minute: string;
  readonly templateId: string;
  readonly level: LogLevel;
  readonly lines: number;
}

export interface LogBatch {
  /** The same pair again is the same batch: it is not counted twice. null: told nowhere. */
  readonly key: { readonly source: string; readonly sequence: number } | null;
  readonly templates: readonly LogTemplate[];
  readonly minutes: readonly LogMinute[];
}

/** Lines of a stretch of time by version, template and level. */
export interface LogCount {
  readonly version: string;
  readonly templateId: string;
  readonly level: LogLevel;
  readonly lines: number;
}

export interface LogPoint {
  /** ISO; the bucket's beginning. */
  readonly at: string;
  readonly lines: number;
  readonly errors: number;
}

/** `since` is inclusive, `until` exclusive, both ISO. Minutes count whole. */
export interface LogSpan {
  readonly service: string;
  readonly since: string;
  readonly until: string;
}

export interface PrunedLogs {
  /** Days of counts, templates and keys of batches that are gone. */
  readonly days: number;
  readonly templates: number;
  readonly batches: number;
}

/** What is kept of logs: counts and templates, never the lines themselves but for one sample a template. */
export interface LogStore {
  /** Adds a batch, all of it or nothing. @returns false where its key was added before */
  append(batch: LogBatch): Promise<boolean>;
  /** Those seen last come first. */
  templates(service: string, most: number): Promise<LogTemplate[]>;
  /** The largest come first. A template that is no longer kept counts as `other`. */
  counts(span: LogSpan, most: number): Promise<LogCount[]>;
  /** By buckets of that width (whole minutes) from `since` on; a bucket without lines is absent. */
  series(span: LogSpan, intervalMs: number): Promise<LogPoint[]>;
  /** Takes away what is older than this, by whole days of counts. */
  prune(before: string): Promise<PrunedLogs>;
}
