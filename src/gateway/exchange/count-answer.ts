import type { Observed } from '../record/recorder.js';
import type { ServedRoute } from '../served-route.js';
import type { ExchangeDeps } from './assigned-request.js';

/** Counts a version's answer to a prediction; one that crosses a limit of the brake takes the candidate out. */
export function countAnswer(
  { recorder, routes }: Pick<ExchangeDeps, 'recorder' | 'routes'>,
  { brake, route }: ServedRoute,
  observed: Observed,
): void {
  const { arm, latencyMs, failed } = observed;
  recorder.count(observed);
  if (brake === null || (arm !== 'baseline' && arm !== 'candidate')) return;
  const why = brake.take(arm, latencyMs, failed);
  if (why !== null) routes.brake(route, why);
}
