import { timingSafeEqual } from 'node:crypto';
import { subKey } from './prediction-id.js';
import { hexOf, type SipKey, sipHashOfText } from './sip-hash.js';

const FORM = /^f1~([a-z0-9-]{1,63})~([A-Za-z0-9._-]{1,63})~([0-9a-z]{1,11})~([0-9a-f]{16})$/;
const LONGEST_TOKEN = 200;

/**
 * Lets testers meet a version whatever the weights: `f1~<service>~<version>~<expiry>~<tag>` in the header `x-sluice-force`. Signed, since a bare
 * header would let anybody choose.
 */
export class ForceTokens {
  private readonly key: SipKey;

  /** @param key the replicas' shared one */
  constructor(key: Buffer) {
    this.key = subKey(key, 'force');
  }

  /** @param until ms since 1970 */
  make(service: string, version: string, until: number): string {
    const body = `f1~${service}~${version}~${until.toString(36)}~`;
    return body + hexOf(sipHashOfText(this.key, body));
  }

  /** @returns the version; null where the token is not ours, not of this service, or has expired */
  verify(token: string, service: string, now = Date.now()): string | null {
    const match = token.length > LONGEST_TOKEN ? null : FORM.exec(token);
    if (match === null) return null;
    const [, of, version = '', until = '', tag = ''] = match;
    const expected = hexOf(sipHashOfText(this.key, token.slice(0, -tag.length)));
    if (!timingSafeEqual(Buffer.from(tag), Buffer.from(expected))) return null;
    return of === service && Number.parseInt(until, 36) > now ? version : null;
  }
}
