import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type AddressKind = 'public' | 'loopback' | 'private' | 'link-local' | 'metadata' | 'unspecified' | 'reserved';

/** Where clouds give a machine its credentials and that is not link-local. Azure: 168.63.129.16; AWS: fd00:ec2::254; Alibaba: 100.100.100.200; Oracle: 192.0.0.192. */
const METADATA = new Set(['169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254']);
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** An IPv6 network reaches IPv4 through it, so what counts is the address inside. Source: RFC 6052, 2.1 */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * The address that a connection would really go to: IPv4 in the guise of IPv6 is taken out of it.
 * @param text an address in its usual form, perhaps with a zone
 */
export function readAddress(text: string): Address {
  const address = ipaddr.process(text.replace(/%.*$/, ''));
  if (address instanceof ipaddr.IPv6 && address.match(NAT64))
    return ipaddr.fromByteArray(address.toByteArray().slice(12));
  return address;
}

/** Whatever is not known to be public is not. */
export function kindOf(address: Address): AddressKind {
  if (METADATA.has(address.toString())) return 'metadata';
  const range = address.range();
  switch (range) {
    case 'loopback':
    case 'unspecified':
      return range;
    case 'linkLocal':
      return 'link-local';
    case 'private':
    case 'uniqueLocal':
    case 'carrierGradeNat':
      return 'private';
    case 'unicast':
      return address instanceof ipaddr.IPv6 && !address.match(GLOBAL_UNICAST) ? 'reserved' : 'public';
    default:
      return 'reserved';
  }
}
