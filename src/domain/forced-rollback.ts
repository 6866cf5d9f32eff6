import type { Route } from './route.js';

/** A rollback that a person made on the gateways themselves, without a workflow. */
export interface ForcedRollback {
  /** ISO; with the actor it names the decision, so that a repeat is harmless. */
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  /** What the gateways were told: one version serves all. */
  readonly route: Route;
}

/** Where the ledger keeps it. */
export interface RecordedRollback {
  readonly rolloutId: string;
  readonly sequence: number;
  /** False where the store keeps a newer route already. */
  readonly isRouteSaved: boolean;
}
