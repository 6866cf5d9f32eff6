import { describeError } from '../../domain/errors.js';
import type { MonitorRun, RunMonitor } from '../../domain/monitor.js';
import { measurable, type Resources, type ResourceTarget } from '../../domain/spec/monitors/resources.js';
import type { PromVectorQuery } from '../../ports/prom-query.js';
import { evaluateResources } from './evaluate.js';
import { createMachineSampler, type SampleMachine } from './local-sample.js';
import { readFromSample } from './read-local.js';
import { readFromPrometheus } from './read-prometheus.js';
import { type TargetReading, unmeasured } from './reading.js';

export interface ResourceMonitorDeps {
  /** null: this worker knows no Prometheus. */
  readonly promVector: PromVectorQuery | null;
  /** Default: the machine that this runs on. */
  readonly sampleMachine?: SampleMachine;
}

export function createResourceMonitor({
  promVector,
  sampleMachine = createMachineSampler(),
}: ResourceMonitorDeps): RunMonitor<Resources> {
  const read = async (target: ResourceTarget, { at, signal }: MonitorRun): Promise<TargetReading> => {
    if (target.local === undefined) return readFromPrometheus(target, promVector, at, signal);
    try {
      return readFromSample(target, await sampleMachine());
    } catch (error) {
      const gap = unmeasured(`this machine can't be looked at: ${describeError(error)}`);
      return Object.fromEntries(measurable(target).map((resource) => [resource, gap]));
    }
  };
  return async (spec, run) => {
    const readings = await Promise.all(spec.targets.map((target) => read(target, run)));
    run.signal.throwIfAborted();
    return evaluateResources(spec, new Map(spec.targets.map(({ name }, at) => [name, readings[at] ?? {}])), run);
  };
}
