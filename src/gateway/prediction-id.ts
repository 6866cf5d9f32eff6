import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Arm } from '../domain/observation.js';
import { hexOf, type SipHash, type SipKey, sipHash, sipHashOfText } from './sip-hash.js';

/** What a prediction id says of its prediction, so that late feedback finds its arm without a look-up. */
export interface PredictionClaims {
  readonly service: string;
  readonly arm: Arm;
  readonly version: string;
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who it was made for, as `hashUnit` says it; null for ids of older gateways. */
  readonly unitHash: string | null;
}

export interface PredictionId {
  readonly id: string;
  /** Two independent numbers in [0, 1) that follow from the id: what decides whether it is recorded, and whether it is mirrored. */
  readonly first: number;
  readonly second: number;
}

export type IdFault = 'not a prediction id' | 'forged prediction id' | 'prediction id from the future';

export type Verified =
  | { readonly ok: true; readonly claims: PredictionClaims }
  | { readonly ok: false; readonly reason: IdFault };

/** `p2` has no unit: what older gateways made is believed for as long as labels come. */
const FORM =
  /^p[23]~([a-z0-9-]{1,63})~([bcos])~([A-Za-z0-9._-]{1,63})~(\d{1,15})~([0-9a-z]{1,11})~([\w-]{1,30})(?:~([\w-]{11}))?~([0-9a-f]{16})$/;
const ARMS = { b: 'baseline', c: 'candidate', o: 'other', s: 'shadow' } as const;
const LONGEST_ID = 300;
/** Clocks of replicas differ a little; an id from further ahead is a forgery or a broken clock. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Makes and checks prediction ids: `p3~<service>~<arm>~<version>~<epoch>~<time>~<unique>~<unit>~<tag>`, the tag a 64-bit SipHash over all before it.
 * The unit is the hash of the user's key, so that feedback finds its unit though only a sample of predictions is recorded; it is hidden under a pad that
 * only this id has, so that nobody can tell two ids of one user. All replicas of a service share the key.
 */
export class PredictionIds {
  private readonly idKey: SipKey;
  private readonly unitKey: SipKey;
  private readonly padKey: SipKey;
  private readonly boot = randomBytes(6).toString('base64url');
  private count = 0;

  constructor(key: Buffer) {
    this.idKey = subKey(key, 'prediction');
    this.unitKey = subKey(key, 'unit');
    this.padKey = subKey(key, 'unit in prediction id');
  }

  /** @param unit the user's key */
  make({ service, arm, version, epoch, at }: Omit<PredictionClaims, 'unitHash'>, unit: string): PredictionId {
    this.count += 1;
    const unique = this.boot + this.count.toString(36);
    const masked = this.masked(unique, this.hashOf(unit));
    const body = `p3~${service}~${arm[0]}~${version}~${epoch}~${at.toString(36)}~${unique}~${masked}~`;
    const tag = sipHashOfText(this.idKey, body);
    return { id: body + hexOf(tag), first: tag.low / 2 ** 32, second: tag.high / 2 ** 32 };
  }

  verify(id: string, now = Date.now()): Verified {
    const match = id.length > LONGEST_ID ? null : FORM.exec(id);
    if (match === null) return { ok: false, reason: 'not a prediction id' };
    const [, service = '', arm = 'b', version = '', epoch = '', time = '', unique = '', unit, tag = ''] = match;
    const body = id.slice(0, -tag.length);
    if (!timingSafeEqual(Buffer.from(tag), Buffer.from(hexOf(sipHashOfText(this.idKey, body)))))
      return { ok: false, reason: 'forged prediction id' };
    const at = Number.parseInt(time, 36);
    if (at > now + CLOCK_SKEW_MS) return { ok: false, reason: 'prediction id from the future' };
    const unitHash = unit === undefined ? null : this.unmasked(unique, unit);
    return {
      ok: true,
      claims: { service, arm: ARMS[arm as keyof typeof ARMS], version, epoch: Number(epoch), at, unitHash },
    };
  }

  /** A unit under the same key: equal units are equal, and the user key itself can't be read from it. */
  hashUnit(unit: string): string {
    return hexOf(this.hashOf(unit));
  }

  private hashOf(unit: string): SipHash {
    return ASCII.test(unit) ? sipHashOfText(this.unitKey, unit) : sipHash(this.unitKey, Buffer.from(unit));
  }

  /** @param unique of this id, so that no pad is used twice */
  private masked(unique: string, { high, low }: SipHash): string {
    const pad = sipHashOfText(this.padKey, unique);
    hidden.writeInt32BE(high ^ pad.high, 0);
    hidden.writeInt32BE(low ^ pad.low, 4);
    return hidden.toString('base64url');
  }

  private unmasked(unique: string, unit: string): string {
    const pad = sipHashOfText(this.padKey, unique);
    const bytes = Buffer.from(unit, 'base64url');
    return hexOf({ high: (bytes.readInt32BE(0) ^ pad.high) >>> 0, low: (bytes.readInt32BE(4) ^ pad.low) >>> 0 });
  }
}

/** Hashed without writing its bytes down. */
const ASCII = /^[ -~]*$/;
/** Written and read at once: one for all. */
const hidden = Buffer.alloc(8);

/** 128 bits of its own for each use, whatever the length of the shared key. */
export function subKey(key: Buffer, use: string): SipKey {
  const bytes = createHmac('sha256', key).update(use).digest();
  return [bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readInt32LE(12)];
}
