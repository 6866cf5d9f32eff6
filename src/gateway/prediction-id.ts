import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Arm } from '../domain/observation.js';

/** What a prediction id says of its prediction, so that late feedback finds its arm without a look-up. */
export interface PredictionClaims {
  readonly service: string;
  readonly arm: Arm;
  readonly version: string;
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type IdFault = 'not a prediction id' | 'forged prediction id' | 'prediction id from the future';

export type Verified =
  | { readonly ok: true; readonly claims: PredictionClaims }
  | { readonly ok: false; readonly reason: IdFault };

const TAG_BYTES = 12;
const LONGEST_ID = 400;
/** Clocks of replicas differ a little; an id from further ahead is a forgery or a broken clock. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Makes and checks prediction ids: `p1.<claims>.<tag>`, the tag an HMAC-SHA256 over the claims, cut to 96 bits. All replicas of a service
 * share the key.
 */
export class PredictionIds {
  private readonly key: Buffer;
  private readonly boot = randomBytes(6).toString('base64url');
  private count = 0;

  constructor(key: Buffer) {
    this.key = key;
  }

  make({ service, arm, version, epoch, at }: PredictionClaims): string {
    this.count += 1;
    const unique = `${this.boot}${this.count.toString(36)}`;
    const body = Buffer.from([service, arm, version, epoch, at.toString(36), unique].join('|')).toString('base64url');
    return `p1.${body}.${this.tag(body).toString('base64url')}`;
  }

  verify(id: string, now = Date.now()): Verified {
    const [, body = '', tag = ''] = id.length > LONGEST_ID ? [] : (/^p1\.([\w-]+)\.([\w-]{16})$/.exec(id) ?? []);
    if (body === '') return { ok: false, reason: 'not a prediction id' };
    const given = Buffer.from(tag, 'base64url');
    if (given.length !== TAG_BYTES || !timingSafeEqual(given, this.tag(body)))
      return { ok: false, reason: 'forged prediction id' };
    const [service = '', arm, version = '', epoch, time = ''] = Buffer.from(body, 'base64url').toString().split('|');
    const at = Number.parseInt(time, 36);
    if (at > now + CLOCK_SKEW_MS) return { ok: false, reason: 'prediction id from the future' };
    return { ok: true, claims: { service, arm: arm as Arm, version, epoch: Number(epoch), at } };
  }

  /** A unit under the same key: equal units are equal, and the user key itself can't be read from it. */
  hashUnit(unit: string): string {
    return createHmac('sha256', this.key).update('unit\0').update(unit).digest('base64url').slice(0, 16);
  }

  private tag(body: string): Buffer {
    return createHmac('sha256', this.key).update('prediction\0').update(body).digest().subarray(0, TAG_BYTES);
  }
}
