import { importJWK, SignJWT } from 'jose';
import type { Command, CommandRequest } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import { type Identity, subjectFault } from '../domain/identity.js';
import { statementDigest } from './content-digest.js';
import type { PrivateKey } from './private-key.js';
import { AUDIENCE, LONGEST_STATEMENT, lifetimeOf, type SignedClaims } from './statement.js';

/** Signs statements as one person. */
export interface Signer {
  readonly identity: Identity;
  /** @returns a compact JWS, valid for as long as the command's kind allows @throws {SluiceError} USAGE where it is too long */
  sign(claims: SignedClaims): Promise<string>;
}

/**
 * @param identity whom an issuer's key vouches for; a person's own key speaks for its holder only
 * @throws {SluiceError} USAGE where key and identity do not fit
 */
export async function createSigner(key: PrivateKey, identity?: Identity): Promise<Signer> {
  const person = signingIdentity(key, identity);
  const { kid, x, d } = key;
  const imported = await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, 'EdDSA');
  return {
    identity: person,
    async sign(claims) {
      const issuedAt = Math.floor(Date.now() / 1000);
      const statement = await new SignJWT({ ...claims, roles: [...person.roles] })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setAudience(AUDIENCE)
        .setSubject(person.subject)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeOf(claims.command))
        .sign(imported);
      if (statement.length <= LONGEST_STATEMENT) return statement;
      throw new SluiceError(
        'USAGE',
        `a statement of ${person.subject} with ${person.roles.length} roles has ${statement.length} characters, at most ${LONGEST_STATEMENT} are taken`,
      );
    },
  };
}

/** What proves a command; it is sent as the request's `statement`. Valid for 5 minutes. */
export function signCommand(
  signer: Signer,
  service: string,
  command: Command,
  request: Omit<CommandRequest, 'statement'>,
): Promise<string> {
  return signer.sign({ service, command, jti: request.decisionId, content: statementDigest(request) });
}

/**
 * What proves a start. Valid for 30 days, as a start may wait in a queue.
 * @param digests `contentDigest(spec)` of each spec that may be run under this id, and of where it begins (startDigests)
 */
export function signStart(
  signer: Signer,
  start: { readonly service: string; readonly rolloutId: string; readonly digests: readonly string[] },
): Promise<string> {
  const { service, rolloutId, digests } = start;
  return signer.sign({ service, rolloutId, command: 'start', jti: rolloutId, content: statementDigest({ digests }) });
}

function signingIdentity({ kid, holder }: PrivateKey, identity: Identity | undefined): Identity {
  if ('issuer' in holder) {
    if (identity === undefined)
      throw new SluiceError('USAGE', `key ${kid} is an issuer's: it vouches for people and is nobody's own`);
    const fault = subjectFault(identity.subject);
    if (fault !== null) throw new SluiceError('USAGE', `"${identity.subject}" can't be a subject: ${fault}`);
    return identity;
  }
  if (identity !== undefined && identity.subject !== holder.subject)
    throw new SluiceError('USAGE', `key ${kid} is ${holder.subject}'s and can't sign for ${identity.subject}`);
  return identity ?? holder;
}
