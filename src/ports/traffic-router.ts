import type { AppliedRoute, Route, Trip } from '../domain/route.js';

/** A replica that another one names as its peer, and that is told of no change. */
export interface UnlistedGateway {
  readonly url: string;
  readonly gatewayId: string;
  readonly namedBy: string;
}

/** Moves traffic. Absolute routes, so that a repeat is harmless; what was applied is read back, not assumed. */
export interface TrafficRouter {
  /**
   * Sends the route to every gateway and reads it back. The same route again renews its lease.
   * @param lapsedAfterMs a gateway that has been silent for this long has lost every lease that was given before, and serves the
   *   baseline until it is heard of again: it counts as having confirmed. Absent: nobody does
   * @returns what each gateway that answered does now
   * @throws {SluiceError} EPOCH_STALE when a gateway holds a newer epoch; GATEWAY_UNREACHABLE naming the gateways that did
   *   not confirm, after the others did, or when none did
   */
  apply(route: Route, lapsedAfterMs?: number): Promise<AppliedRoute[]>;
  /** Waits until a gateway's brake has taken the candidate out of this route. @returns null after `waitMs` without, or where nobody can be asked */
  untilTripped(route: Route, waitMs: number, signal: AbortSignal): Promise<Trip | null>;
  /** Takes the candidate out of this route on every gateway that can be reached, without waiting for a newer one. */
  trip(route: Route, trip: Trip): Promise<void>;
  /** @returns the gateways that answered; those that know nothing of the service are left out. */
  readBack(service: string): Promise<AppliedRoute[]>;
  /** Replicas that may serve users without this driver's knowing them. Absent: those it knows are all. */
  unlisted?(): Promise<readonly UnlistedGateway[]>;
}
