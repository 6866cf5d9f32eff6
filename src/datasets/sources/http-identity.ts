import type { Dispatcher } from 'undici';

/** By what two answers are known to be parts of the same bytes. */
export interface Identity {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Of all bytes; null where the server does not say. */
  readonly size: number | null;
}

type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>;

export function identityOf({ statusCode, headers }: Head): Identity {
  const length = text(headers['content-length']);
  const whole = length !== null && /^\d+$/.test(length) ? Number(length) : null;
  return {
    etag: text(headers['etag']),
    lastModified: text(headers['last-modified']),
    size: statusCode === 206 ? (contentRange(headers['content-range'])?.total ?? null) : whole,
  };
}

/** A part may leave its date and the whole size out, but not an ETag that the whole has. Source: RFC 9110, 15.3.7 */
export function sameIdentity(one: Identity, other: Identity): boolean {
  const agrees = (key: 'lastModified' | 'size') => one[key] === null || other[key] === null || one[key] === other[key];
  return one.etag === other.etag && agrees('lastModified') && agrees('size');
}

/** What `If-Range` takes: a strong ETag, else a date. null: there is neither. Source: RFC 9110, 13.1.5 */
export function validatorOf(identity: Identity | null): string | null {
  if (identity === null) return null;
  const { etag, lastModified } = identity;
  return etag !== null && !etag.startsWith('W/') ? etag : lastModified;
}

/** @returns null where it is no `bytes start-end/total`; `total` is null where it is `*` */
export function contentRange(header: unknown): { start: number; total: number | null } | null {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(header)) ?? [];
  if (start === undefined) return null;
  return { start: Number(start), total: total === '*' ? null : Number(total) };
}

function text(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}
