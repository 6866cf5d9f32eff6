import type { FastifyInstance } from 'fastify';
import type { Decision } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import type { ForcedRollback, RecordedRollback } from '../domain/forced-rollback.js';
import { FIRST_LINE_OF } from '../domain/ledger-ranges.js';
import type { Route } from '../domain/route.js';
import { sightingOfForcedRollback } from '../incidents/sighting.js';
import type { Store } from '../ports/store.js';
import { recordForcedRollback } from './endpoints/intake.js';
import { serve } from './serve.js';

/** Two people at once need two attempts. */
const MOST_ATTEMPTS = 20;

/** Keeps what a person did on the gateways themselves (`sluice rollback --force`). */
export function forcedRollbackRoutes(server: FastifyInstance, store: Store): void {
  serve(server, recordForcedRollback, async ({ body, request }) => {
    const recorded = await keepForcedRollback(store, body);
    request.log.warn({ ...recorded, service: body.route.service }, 'forced rollback recorded');
    return recorded;
  });
}

/** A line in the ledger, the wanted route, an incident. */
export async function keepForcedRollback(store: Store, rollback: ForcedRollback): Promise<RecordedRollback> {
  const decision = await appendNext(store, rollback);
  const { rolloutId, sequence } = decision;
  const isRouteSaved = await saveUnlessStale(store, rollback.route);
  await store.incidents.observe(sightingOfForcedRollback(decision, rollback.route));
  return { rolloutId, sequence, isRouteSaved };
}

/** Takes the next free number; the store ignores a second line with one, so what was written is read back. */
async function appendNext(store: Store, rollback: ForcedRollback): Promise<Decision> {
  const { route } = rollback;
  // A service that never had a rollout has a ledger of its own.
  const rolloutId = route.rolloutId ?? `${route.service}-forced`;
  const phase = (await store.rollout(rolloutId))?.phase ?? 'unknown';
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const forced = (await store.decisions(rolloutId)).filter(
      ({ sequence }) => sequence >= FIRST_LINE_OF.forcedRollback,
    );
    const kept = forced.find(({ at, actor }) => at === rollback.at && actor === rollback.actor);
    if (kept !== undefined) return kept;
    await store.appendDecision(decisionOf(rollback, rolloutId, FIRST_LINE_OF.forcedRollback + forced.length, phase));
  }
  throw new SluiceError(
    'STORE_UNAVAILABLE',
    `${MOST_ATTEMPTS} numbers in the ledger of ${rolloutId} were taken by others`,
  );
}

function decisionOf(
  { at, actor, reason, route }: ForcedRollback,
  rolloutId: string,
  sequence: number,
  phase: string,
): Decision {
  const did = `forced on the gateways: ${route.baseline.version} serves all from epoch ${route.epoch}`;
  return {
    rolloutId,
    sequence,
    at,
    action: 'rollback',
    actor,
    source: 'client',
    phase,
    weightPercent: 0,
    reason: reason === '' ? did : `${reason} (${did})`,
    evidence: [],
  };
}

/** @returns false where a newer route is kept: its line in the ledger counts all the same */
async function saveUnlessStale(store: Store, route: Route): Promise<boolean> {
  try {
    await store.saveRoute(route);
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'EPOCH_STALE') return false;
    throw error;
  }
}
