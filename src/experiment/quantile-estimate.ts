import type { QuantileSums } from '../domain/experiment.js';
import { normalQuantile } from '../stats/index.js';
import type { ArmEstimate } from './arm-estimate.js';

/** Half the width of a 95 % interval in standard errors: what the order statistics of a reading span. */
const SPAN = 2 * normalQuantile(0.975);

/**
 * A quantile over events whose units, not events, are independent: its standard error as if events were independent, from the order statistics of
 * its 95 % interval, times how much more the share of events below it varies over units.
 * Sources: R. S. Woodruff (1952), JASA 47:635-646; A. Deng, U. Knoblich, J. Lu (2018), KDD, 233-242, section 4. Oracle: growthbook.json.
 * @returns null where there are too few events for an interval, or nothing varies
 */
export function quantileEstimate(sums: QuantileSums, quantile: number): ArmEstimate | null {
  const { units, events, value, low, high } = sums;
  if (value === null || low === null || high === null || units < 2 || events < 2) return null;
  const most = normalQuantile(0.975) ** 2 * Math.max(quantile / (1 - quantile), (1 - quantile) / quantile);
  // An end of the interval would lie beyond the least or the greatest event.
  if (events <= most) return null;
  const ofEvent = (events - 1) * ((high - low) / SPAN) ** 2;
  const inflation = (clusterVariance(sums) * events) / (quantile * (1 - quantile));
  return { units, value, adjusted: value, variance: ((ofEvent * inflation) / events) * units };
}

/** Of the share of events not above the value: a ratio of two sums over units, by the delta method. */
function clusterVariance({ units, clusters }: QuantileSums): number {
  const [events, eventsSquared, below, belowSquared, both] = clusters;
  const [meanBelow, meanEvents] = [below / units, events / units];
  const divisor = units - 1;
  const ofBelow = (belowSquared - below * meanBelow) / divisor;
  const ofEvents = (eventsSquared - events * meanEvents) / divisor;
  const shared = (both - below * meanEvents) / divisor;
  const share = meanBelow / meanEvents;
  return Math.max(0, (ofBelow - 2 * share * shared + share ** 2 * ofEvents) / (units * meanEvents ** 2));
}
