import type { Decision } from '../src/domain/decision.js';
import { SluiceError } from '../src/domain/errors.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { Route } from '../src/domain/route.js';
import { sightingOfRollback } from '../src/incidents/sighting.js';
import type { Store } from '../src/ports/store.js';

export interface LedgerEntry {
  readonly state: RolloutState;
  readonly decisions: readonly Decision[];
  /** The route in force, where it changed. */
  readonly route: Route | null;
}

export const createLedgerActivities = ({ store }: { readonly store: Store }) => ({
  /** Keeps decisions, the view and the wanted route; a rollback is an incident. Every part may be repeated. */
  async record({ state, decisions, route }: LedgerEntry): Promise<void> {
    await appendAll(store, decisions);
    if (route !== null) await saveUnlessStale(store, route);
    await store.saveRollout(state);
    if (state.status === 'rolled-back') await store.incidents.observe(sightingOfRollback(state));
  },

  /** Keeps decisions of a workflow that has no view of its own. */
  async recordDecisions(decisions: readonly Decision[]): Promise<void> {
    await appendAll(store, decisions);
  },
});

async function appendAll(store: Store, decisions: readonly Decision[]): Promise<void> {
  for (const decision of decisions) await store.appendDecision(decision);
}

/** A newer route is kept already when a recording comes late, for instance after the store was away: it stays. */
async function saveUnlessStale(store: Store, route: Route): Promise<void> {
  try {
    await store.saveRoute(route);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'EPOCH_STALE') throw error;
  }
}

export type LedgerActivities = ReturnType<typeof createLedgerActivities>;
