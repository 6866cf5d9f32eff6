import type { MonitorRun, RunMonitor } from '../../domain/monitor.js';
import type { ModelMonitor } from '../../domain/spec/monitors/model.js';
import type { MonitorData, Take, VersionSpan } from '../../ports/monitor-data.js';
import { type FoundWindows, findWindows } from '../windows/find-windows.js';
import { unmeasurable } from '../windows/outcome.js';
import { evaluateModel, type ModelRows } from './evaluate.js';

/** Reads both windows of predictions, with the labels that have come. What the store can't answer is thrown, for the activity's retries. */
export function createModelMonitor(data: MonitorData): RunMonitor<ModelMonitor> {
  return async (spec, run) => {
    const windows = await findWindows(spec, run, data, (span) => data.countOutputs(span));
    if (windows.kind === 'missing') return unmeasurable(run, 'model', windows.why, windows.state);
    return evaluateModel(spec, windows, await readRows(spec, windows, run, data), run);
  };
}

async function readRows(
  spec: ModelMonitor,
  windows: Extract<FoundWindows, { kind: 'found' }>,
  { at, signal }: MonitorRun,
  data: MonitorData,
): Promise<ModelRows> {
  const asked = new Set(spec.checks);
  const needsLabels = asked.has('quality') || asked.has('output');
  const labelled = labelledSpan(spec, windows, at);
  const spans = windows.isOwnPast ? windows.reference : { ...labelled, version: windows.reference.version };
  const ofReference: Take = { most: spec.reference.rows, which: windows.isOwnPast ? 'even' : 'newest' };
  const newest: Take = { most: spec.window, which: 'newest' };
  const read = async <Row>(wanted: boolean, ask: () => Promise<Row[]>): Promise<Row[]> => {
    signal.throwIfAborted();
    return wanted ? ask() : [];
  };
  const outcomes = {
    reference: await read(needsLabels, () => data.outcomes(spans, ofReference)),
    current: await read(needsLabels, () => data.outcomes(labelled, newest)),
  };
  const oldest = outcomes.current.at(-1)?.at;
  return {
    outcomes,
    outputs: {
      reference: await read(true, () => data.outputs(windows.reference, ofReference)),
      current: await read(true, () => data.outputs(windows.current, newest)),
    },
    inputs: {
      reference: await read(asked.has('concept'), () => data.labelledInputs(spans, ofReference)),
      current: await read(asked.has('concept'), () => data.labelledInputs(labelled, newest)),
    },
    predictedMeanwhile: oldest === undefined ? 0 : await data.countOutputs({ ...labelled, since: oldest }),
  };
}

/** Labels come late: their window reaches further back, but no further than the end of the reference. */
function labelledSpan(
  { labelMaxAge, labelDelay = 0 }: ModelMonitor,
  { current, reference, isOwnPast }: Extract<FoundWindows, { kind: 'found' }>,
  at: string,
): VersionSpan {
  const now = Date.parse(at);
  const oldest = new Date(now - labelMaxAge).toISOString();
  const until = new Date(now - labelDelay).toISOString();
  return { ...current, since: isOwnPast && reference.until > oldest ? reference.until : oldest, until };
}
