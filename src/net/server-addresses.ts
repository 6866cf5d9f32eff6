import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { kindOf, readAddress } from './address-kind.js';

/**
 * Keeps whoever forwards to servers in any network, private ones as well, from where a cloud hands a machine its credentials, and from its neighbours on
 * the wire. Names are looked at when a connection is made: one may lead elsewhere than when a worker looked.
 */
export interface ServerAddresses {
  /** @throws {Error} where the host is such an address. Sockets do not look addresses up */
  assertLiteral(host: string): void;
  readonly lookup: LookupFunction;
}

/** @param lookup of names; by default the system's */
export function serverAddresses(lookup: LookupFunction = systemLookup as LookupFunction): ServerAddresses {
  return {
    assertLiteral(host) {
      const fault = isIP(host) === 0 ? null : faultOf(host, host);
      if (fault !== null) throw fault;
    },
    lookup(host, options, callback) {
      lookup(host, options, (error, address, family) => {
        const found = typeof address === 'string' ? [address] : (address ?? []).map((one) => one.address);
        const fault = error === null ? found.map((one) => faultOf(host, one)).find((one) => one !== null) : null;
        if (fault) callback(fault, '');
        else callback(error, address, family);
      });
    },
  };
}

function faultOf(host: string, address: string): Error | null {
  const kind = kindOf(readAddress(address));
  if (kind !== 'metadata' && kind !== 'link-local') return null;
  return new Error(`${host} leads to ${address}, a ${kind} address, where no model server is`);
}
