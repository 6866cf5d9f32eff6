/** From the least to the most urgent. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function isErrorLevel(level: LogLevel): boolean {
  return level === 'error' || level === 'fatal';
}

/** One message of a gateway or a model server; secrets are masked already. */
export interface LogLine {
  /** ISO; null where the line does not say. */
  readonly at: string | null;
  readonly level: LogLevel;
  readonly message: string;
  /** Only where the line itself says so, as those of a gateway do. */
  readonly service: string | null;
  readonly version: string | null;
}

/** What an error is about. */
export const LOG_CATEGORIES = [
  'timeout',
  'connection',
  'out-of-memory',
  'gpu',
  'input',
  'auth',
  'model-load',
  'data-store',
  'rate-limit',
  'other',
] as const;
export type LogCategory = (typeof LOG_CATEGORIES)[number];

/** Stands for all messages whose templates are not kept. */
export const OTHER_TEMPLATE = 'other';

/** Templates of one service that are kept; those unused for longest make room. */
export const MOST_TEMPLATES = 5000;

/** How long logs are kept unless told. */
export const LOG_RETENTION_DAYS = 30;
