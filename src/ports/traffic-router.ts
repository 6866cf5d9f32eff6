import type { AppliedRoute, Route } from '../domain/route.js';

/** Moves traffic. Absolute routes, so that a repeat is harmless; what was applied is read back, not assumed. */
export interface TrafficRouter {
  /**
   * Sends the route to every gateway and reads it back. The same route again renews its lease.
   * @returns what each gateway does now, all of them confirmed
   * @throws {SluiceError} EPOCH_STALE when a gateway holds a newer epoch; GATEWAY_UNREACHABLE naming the gateways that did
   *   not confirm, after the others did
   */
  apply(route: Route): Promise<AppliedRoute[]>;
  /** @returns the gateways that answered; those that know nothing of the service are left out. */
  readBack(service: string): Promise<AppliedRoute[]>;
}
