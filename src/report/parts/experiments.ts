import type { ExperimentReport } from '../../domain/experiment.js';
import { none, type Part, part } from '../../domain/report.js';
import { leftOut, thin } from '../thin.js';

const MOST_LOOKS = 200;
const MOST_ESTIMATES = 100;

/** Only the newest look keeps all its estimates: of those before it, the chart shows the primary metric. */
export function experimentLooks(looks: readonly ExperimentReport[]): Part<readonly ExperimentReport[]> {
  const newest = looks.at(-1);
  if (newest === undefined) return none('There has been no look at an A/B evaluation.');
  const shown = thin(looks, MOST_LOOKS).map((look) => (look === newest ? withFewer(look) : withPrimary(look)));
  const notes = [
    ...(shown.length > 1 ? ['Of all looks but the newest only the primary metric is kept.'] : []),
    leftOut(shown.length, looks.length, 'looks'),
    leftOut(Math.min(MOST_ESTIMATES, newest.estimates.length), newest.estimates.length, 'estimates of the newest look'),
  ].filter((note) => note !== null);
  return part(shown, notes.length === 0 ? null : notes.join(' '));
}

function withFewer(look: ExperimentReport): ExperimentReport {
  return { ...look, estimates: look.estimates.slice(0, MOST_ESTIMATES) };
}

function withPrimary(look: ExperimentReport): ExperimentReport {
  const estimates = look.estimates.filter(({ role, segment }) => role === 'primary' && segment === null);
  return { ...look, estimates, novelty: { days: [], trend: null, pValue: null } };
}
