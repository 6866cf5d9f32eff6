import type { ResourceTarget } from '../../domain/spec/monitors/resources.js';
import type { LocalSample } from './local-sample.js';
import { measured, type ResourceReading, type TargetReading, unmeasured } from './reading.js';

/** What a sample of this machine says of a target. */
export function readFromSample(target: ResourceTarget, sample: LocalSample): TargetReading {
  const { local } = target;
  if (local === undefined) return {};
  return local.machine ? ofMachine(target, sample) : ofProcess(target, local, sample);
}

function ofMachine({ capacity: { networkBytesPerS } }: ResourceTarget, { machine }: LocalSample): TargetReading {
  const { cpu, memory, disks, networkBytesPerS: bytesPerS } = machine;
  return {
    cpu: one('machine', cpu),
    memory: one('machine', memory),
    disk:
      disks.length === 0
        ? unmeasured('no disk is in sight')
        : measured(new Map(disks.map(({ mount, share }) => [mount, share]))),
    ...(networkBytesPerS === undefined ? {} : { network: one('machine', bytesPerS / networkBytesPerS) }),
  };
}

function ofProcess(
  { capacity }: ResourceTarget,
  { port, pid: given }: NonNullable<ResourceTarget['local']>,
  sample: LocalSample,
): TargetReading {
  const roots =
    given === undefined ? sample.listeners.filter((each) => each.port === port).map(({ pid }) => pid) : [given];
  const tree = withChildren(roots, sample);
  if (tree.length === 0) {
    const why = given === undefined ? `nobody listens on port ${port}` : `there is no process ${given}`;
    return { cpu: unmeasured(why), memory: unmeasured(why) };
  }
  const name = given === undefined ? `port ${port}` : `process ${given}`;
  const cores = tree.reduce((sum, { cpuCores }) => sum + cpuCores, 0);
  const bytes = tree.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  return {
    cpu: one(name, cores / (capacity.cpuCores ?? sample.cores)),
    memory: one(name, bytes / (capacity.memoryBytes ?? sample.memoryBytes)),
  };
}

/** A model server may have workers of its own. */
function withChildren(roots: readonly number[], { processes }: LocalSample): LocalSample['processes'] {
  const wanted = new Set(roots);
  for (let size = 0; size !== wanted.size; ) {
    size = wanted.size;
    for (const { pid, parentPid } of processes) if (wanted.has(parentPid)) wanted.add(pid);
  }
  return processes.filter(({ pid }) => wanted.has(pid));
}

function one(name: string, value: number): ResourceReading {
  return Number.isFinite(value) ? measured(new Map([[name, value]])) : unmeasured(`${name} has no number`);
}
