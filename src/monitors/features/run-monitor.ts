import type { RunMonitor } from '../../domain/monitor.js';
import type { FeatureMonitor } from '../../domain/spec/monitors/features.js';
import type { MonitorData } from '../../ports/monitor-data.js';
import { findWindows } from '../windows/find-windows.js';
import { unmeasurable } from '../windows/outcome.js';
import { evaluateFeatures } from './evaluate.js';

/** Reads both windows of feature samples. What the store can't answer is thrown, for the activity's retries. */
export function createFeatureMonitor(data: MonitorData): RunMonitor<FeatureMonitor> {
  return async (spec, run) => {
    const windows = await findWindows(spec, run, data, (span) => data.countInputs(span));
    if (windows.kind === 'missing') return unmeasurable(run, 'features', windows.why, windows.state);
    const reference = await data.inputs(windows.reference, {
      most: spec.reference.rows,
      which: windows.isOwnPast ? 'even' : 'newest',
    });
    run.signal.throwIfAborted();
    const current = await data.inputs(windows.current, { most: spec.window, which: 'newest' });
    run.signal.throwIfAborted();
    return evaluateFeatures(spec, windows, { reference, current }, run);
  };
}
