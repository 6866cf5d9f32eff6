/** Who asks, as it was proven. */
export interface Identity {
  /** Never changes and is never given to somebody else, as names are. */
  readonly subject: string;
  /** Without the `role:` that a spec writes before them. */
  readonly roles: readonly string[];
}

/** Whom a key speaks for: one person, or, as an issuer's (an api behind single sign-on), everybody it vouches for. */
export type KeyHolder = Identity | { readonly issuer: true };

/** One Ed25519 key of the key set. */
export interface PublicKey {
  readonly kid: string;
  /** The point, 32 bytes in base64url, as in a JWK. */
  readonly x: string;
  readonly holder: KeyHolder;
}

const LONGEST_SUBJECT = 200;

/**
 * Why a text can't name a person; null where it can. A rule's decisions carry the name `sluice`, and a spec that names `role:release` must not be
 * met by somebody of that name.
 */
export function subjectFault(subject: string): string | null {
  if (subject === '' || subject !== subject.trim()) return 'it is empty, or begins or ends with a space';
  if (subject.length > LONGEST_SUBJECT)
    return `it has ${subject.length} characters, at most ${LONGEST_SUBJECT} are taken`;
  if (/\p{Cc}/u.test(subject)) return 'it has control characters';
  if (subject === 'sluice' || subject.startsWith('role:')) return 'that name is taken: sluice, role:...';
  return null;
}
