import { type TrafficPolicy, traffic } from '../../src/domain/spec/traffic.js';

/** A policy as a spec would give it, defaults filled in. */
export function policyOf(given: object): TrafficPolicy {
  return traffic.parse(given);
}
