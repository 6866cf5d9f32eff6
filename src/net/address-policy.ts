import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { SluiceError } from '../domain/errors.js';
import { kindOf, readAddress } from './address-kind.js';
import { type AllowedPrivate, holdsAddress, namesHost } from './allowed-private.js';

/** One address of a name. */
interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. Rejects where there are none. */
export type Resolve = (hostname: string) => Promise<readonly HostAddress[]>;

/** A host may not be called. The message names host, address and what would allow it. */
export class AddressRefused extends SluiceError {
  /** The same without host and address, for those of secret URLs. */
  readonly why: string;

  constructor(where: string, why: string) {
    super('ADDRESS_REFUSED', `${where} ${why}`);
    this.why = why;
  }
}

/** The refusal that made a request fail; clients wrap what a connection throws. */
export function addressRefusalIn(error: unknown): AddressRefused | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (at instanceof AddressRefused) return at;
  return null;
}

/**
 * Which hosts a spec may make a worker call. It is asked when a connection is made, and the connection goes to the very address that was checked: a
 * name that answers otherwise the next time is checked again.
 */
export interface AddressPolicy {
  /** All addresses of a host, each checked; one that may not be called refuses them all. @throws {AddressRefused} */
  resolve(host: string): Promise<readonly HostAddress[]>;
  /** Where the host is an address: whether it may be called. Sockets do not look addresses up. @throws {AddressRefused} */
  assertLiteral(host: string): void;
  /** `resolve`, in the shape of the `lookup` option of sockets, agents and axios. */
  readonly lookup: LookupFunction;
}

export function createAddressPolicy(allowed: AllowedPrivate, resolveName: Resolve = resolveBySystem): AddressPolicy {
  const assertLiteral = (host: string) => {
    const literal = bare(host);
    if (isIP(literal) !== 0) assertAllowed(allowed, literal, literal);
  };
  const resolve = async (host: string) => {
    const name = bare(host);
    const family = isIP(name);
    const found = family === 0 ? await resolveName(host) : [{ address: name, family }];
    for (const { address } of found) assertAllowed(allowed, name, address);
    return found;
  };
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const usable = found.filter(({ family }) => !options.family || family === familyOf(options.family));
        const [first] = usable;
        if (first === undefined) callback(new Error(`${hostname} has no address of the family asked for`), '');
        else if (options.all) callback(null, [...usable]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
  return { resolve, assertLiteral, lookup };
}

const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true });

/** As names are compared: lower case, no dot at the end, no brackets around IPv6. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function assertAllowed(allowed: AllowedPrivate, host: string, text: string): void {
  const address = readAddress(text);
  const kind = kindOf(address);
  if (kind === 'public' || holdsAddress(allowed, address)) return;
  // Whoever may set a name's addresses could point it there; such an address must have been meant.
  const byName = kind === 'private' || kind === 'loopback';
  if (byName && namesHost(allowed, host)) return;
  const where = text === host ? `${host} is` : `${host} resolves to ${text},`;
  const article = kind === 'unspecified' ? 'an' : 'a';
  throw new AddressRefused(where, `${article} ${kind} address, which SLUICE_ALLOW_PRIVATE does not allow`);
}

function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  return typeof family === 'number' ? family : family === 'IPv4' ? 4 : 6;
}
