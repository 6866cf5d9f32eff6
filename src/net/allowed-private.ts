import ipaddr from 'ipaddr.js';
import { SluiceError } from '../domain/errors.js';

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Which addresses that are not public may be called all the same. */
export interface AllowedPrivate {
  readonly networks: readonly Network[];
  /** Lower case, no dot at the end; `.corp.example` stands for every name under it. */
  readonly hosts: readonly string[];
}

export const LOOPBACK_ONLY = '127.0.0.0/8, ::1';

const HOST = /^(?:\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
/** What a parser of addresses would read as a number: `10.0`, `0x7f`. */
const NUMERIC_END = /(^|\.)(0x[0-9a-f]*|\d+)$/;

/**
 * Reads SLUICE_ALLOW_PRIVATE: a list, with commas, of CIDRs (`10.0.0.0/8`), addresses (`::1`), host names (`models.internal`) and all names under
 * one (`*.svc.cluster.local`). An empty text allows nothing.
 * @throws {SluiceError} USAGE naming the entry
 */
export function parseAllowedPrivate(text: string): AllowedPrivate {
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase());
  const networks: Network[] = [];
  const hosts: string[] = [];
  for (const entry of entries) {
    if (entry === '') continue;
    const network = networkOf(entry);
    if (network !== null) networks.push(network);
    else hosts.push(hostOf(entry));
  }
  return { networks, hosts };
}

export function namesHost({ hosts }: AllowedPrivate, host: string): boolean {
  return hosts.some((allowed) => (allowed.startsWith('.') ? host.endsWith(allowed) : host === allowed));
}

export function holdsAddress({ networks }: AllowedPrivate, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return networks.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}

function networkOf(entry: string): Network | null {
  if (!entry.includes('/') && !ipaddr.IPv4.isValidFourPartDecimal(entry) && !ipaddr.IPv6.isValid(entry)) return null;
  const [base, bits] = entry.includes('/') ? cidrOf(entry) : whole(ipaddr.parse(entry));
  if (base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress()) throw refused(entry, 'write it as an IPv4 address');
  return [base, bits];
}

function cidrOf(entry: string): Network {
  const [base = ''] = entry.split('/');
  // Octal and short forms mean other addresses to other programs.
  if (!ipaddr.isValidCIDR(entry) || (!base.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(base)))
    throw refused(entry, 'it is not a CIDR such as 10.0.0.0/8');
  return ipaddr.parseCIDR(entry);
}

function whole(address: ipaddr.IPv4 | ipaddr.IPv6): Network {
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function hostOf(entry: string): string {
  const name = entry.replace(/\.$/, '');
  if (!HOST.test(name) || NUMERIC_END.test(name))
    throw refused(entry, 'it is neither an address, a CIDR, a host name nor *.<host name>');
  return name.replace(/^\*/, '');
}

function refused(entry: string, why: string): SluiceError {
  return new SluiceError('USAGE', `SLUICE_ALLOW_PRIVATE: "${entry}": ${why}`);
}

/** The same, and whatever a host that an operator has named resolves to. */
export function allowingHost(allowed: AllowedPrivate, hostname: string): AllowedPrivate {
  const named = parseAllowedPrivate(hostname.replace(/^\[(.*)\]$/, '$1'));
  return { networks: [...allowed.networks, ...named.networks], hosts: [...allowed.hosts, ...named.hosts] };
}
