import type { Decision } from '../../src/domain/decision.js';
import { hasEnded, type RolloutStatus } from '../../src/domain/rollout-state.js';
import { assertSeen } from './finding.js';
import { movesOf } from './history.js';
import type { Site, Started } from './site.js';
import { until } from './wait.js';

/**
 * Waits for the end of a rollout, and reads its ledger and its histories: no line is missing or double, each weight was set once,
 * epochs rise strictly.
 * @returns what was seen, in words
 */
export async function endsWell(
  site: Site,
  { service, rolloutId }: Started,
  status: RolloutStatus,
  patienceMs?: number,
): Promise<string> {
  const state = await site.until(service, status, (now) => hasEnded(now.status), patienceMs);
  assertSeen(state.status === status, `${state.status}: ${state.reason}`);
  await site.untilClosed(service);
  const lines = await wholeLedger(site, rolloutId);
  const moves = await movesOf(site.client, service);
  const epochs = moves.map(({ epoch }) => epoch);
  assertSeen(rises(epochs), `epochs ${epochs.join(', ')} do not rise`);
  return `${status}; ${lines.length} lines, ${epochs.length} routes, none twice`;
}

/** The ledger once its last line is there. @throws where a line is missing, or a weight was set twice */
export async function wholeLedger(site: Site, rolloutId: string): Promise<Decision[]> {
  let lines: Decision[] = [];
  const isWhole = async () => {
    lines = await site.ledger(rolloutId);
    return lines.length > 0 && lines.every(({ sequence }, i) => sequence === i + 1);
  };
  await until(`a ledger of ${rolloutId} without gaps`, isWhole, 20_000);
  const weights = lines.filter(({ action }) => action === 'set-weight').map(({ weightPercent }) => weightPercent);
  assertSeen(rises(weights), `weights ${weights.join(', ')}: one was set twice`);
  return lines;
}

function rises(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > (values[i - 1] ?? value));
}
