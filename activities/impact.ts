import { judgeImpact } from '../src/analysis/impact.js';
import { unreadable } from '../src/analysis/unreadable.js';
import { describeError } from '../src/domain/errors.js';
import type { Impact } from '../src/domain/spec/phases.js';
import type { Evidence } from '../src/domain/verdict.js';
import type { MetricSource } from '../src/ports/metric-source.js';

export interface ImpactWindow {
  readonly since: string;
  readonly until: string;
}

export const createImpactActivities = ({ metrics }: { readonly metrics: MetricSource }) => ({
  /** Compares each metric over what users met, whichever version answered, after the cutover with before the rollout. */
  async compareImpact(
    service: string,
    names: Impact['metrics'],
    before: ImpactWindow,
    after: ImpactWindow,
  ): Promise<Evidence[]> {
    return Promise.all(
      names.map(async (metric) => {
        try {
          const [then, now] = await Promise.all([
            metrics.measure(metric, { service, ...before }),
            metrics.measure(metric, { service, ...after }),
          ]);
          return judgeImpact(metric, then, now);
        } catch (error) {
          return unreadable(metric, describeError(error), false);
        }
      }),
    );
  },
});

export type ImpactActivities = ReturnType<typeof createImpactActivities>;
