import type { ModelServer } from '../../ports/model-server.js';
import type { ProbeStage } from '../probe-stage.js';

interface Kept<Run> {
  readonly key: unknown;
  readonly withBaseline: boolean;
  readonly run: Promise<Run>;
}

/** Runs a measurement once for all checks that read it, as long as the candidate's client lives. One that failed is run again. */
export function createSharedRuns<Run>(): (
  stage: ProbeStage,
  /** The same for the same measurement. */
  key: unknown,
  withBaseline: boolean,
  start: () => Promise<Run>,
) => Promise<Run> {
  const runs = new WeakMap<ModelServer, Kept<Run>>();
  return async ({ candidate }, key, withBaseline, start) => {
    const kept = runs.get(candidate);
    if (kept !== undefined && kept.key === key && (kept.withBaseline || !withBaseline)) return kept.run;
    const run = start();
    runs.set(candidate, { key, withBaseline, run });
    run.catch(() => runs.delete(candidate));
    return run;
  };
}
