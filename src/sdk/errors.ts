import type { Problem } from '../api/problem.js';

/** What the api has answered where that was no success; `status` 0: it has not answered. */
export class SluiceApiError extends Error {
  readonly status: number;
  /** Stable: docs/errors.md; `UNREACHABLE` where there was no answer, `UNREADABLE` where it was not the api's. */
  readonly code: Problem['code'] | 'UNREACHABLE' | 'UNREADABLE';
  /** Each value that was refused. */
  readonly issues: NonNullable<Problem['errors']>;
  /** Milliseconds after which it may be asked again, as it has said; null: it has not. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    code: SluiceApiError['code'],
    message: string,
    details: {
      readonly issues?: Problem['errors'];
      readonly retryAfterMs?: number | null;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SluiceApiError';
    this.status = status;
    this.code = code;
    this.issues = details.issues ?? [];
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}

/** Reads a problem (RFC 9457); what is none, such as a proxy's page, is said so of. */
export async function errorOf(response: Response): Promise<SluiceApiError> {
  const text = await response.text().catch(() => '');
  const problem = parse(text);
  const retryAfterMs = secondsOf(response.headers.get('retry-after'));
  if (problem === null)
    return new SluiceApiError(response.status, 'UNREADABLE', `status ${response.status}, not as the api answers`, {
      retryAfterMs,
    });
  const { code, detail, errors } = problem;
  return new SluiceApiError(response.status, code, detail, { retryAfterMs, ...(errors ? { issues: errors } : {}) });
}

function parse(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    return typeof value?.code === 'string' && typeof value.detail === 'string' ? (value as Problem) : null;
  } catch {
    return null;
  }
}

/** Whole seconds, as the api says it; a date, as a proxy may. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : null;
}
