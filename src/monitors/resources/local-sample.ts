import { setTimeout as sleep } from 'node:timers/promises';
import si from 'systeminformation';

interface LocalProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** Cores in use. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** What goes on on this machine. */
export interface LocalSample {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly processes: readonly LocalProcess[];
  readonly listeners: readonly { readonly port: number; readonly pid: number }[];
  readonly machine: {
    /** Shares in 0..1. */
    readonly cpu: number;
    readonly memory: number;
    readonly disks: readonly { readonly mount: string; readonly share: number }[];
    readonly networkBytesPerS: number;
  };
}

export type SampleMachine = () => Promise<LocalSample>;

/** Rates need two looks. */
const BETWEEN_LOOKS_MS = 1000;
const NOT_DISKS = new Set(['tmpfs', 'overlay', 'squashfs', 'ramfs', 'iso9660', 'devtmpfs']);

/** The machine that this runs on. Who asks while a sample is being taken gets the same one: the package keeps one memory of the look before. */
export function createMachineSampler(): SampleMachine {
  let underWay: Promise<LocalSample> | null = null;
  return () => {
    underWay ??= takeSample().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

async function takeSample(): Promise<LocalSample> {
  await Promise.all([si.processes(), si.currentLoad(), si.networkStats('*')]);
  await sleep(BETWEEN_LOOKS_MS);
  const [{ list }, load, network, memory, disks, connections] = await Promise.all([
    si.processes(),
    si.currentLoad(),
    si.networkStats('*'),
    si.mem(),
    si.fsSize(),
    si.networkConnections(),
  ]);
  const cores = load.cpus.length;
  return {
    cores,
    memoryBytes: memory.total,
    processes: list.map(({ pid, parentPid, cpu, memRss }) => ({
      pid,
      parentPid,
      // Percent of all cores together, and kilobytes.
      cpuCores: (cpu / 100) * cores,
      memoryBytes: memRss * 1024,
    })),
    listeners: connections
      .filter(({ state, pid }) => state === 'LISTEN' && pid > 0)
      .map(({ localPort, pid }) => ({ port: Number(localPort), pid })),
    machine: {
      cpu: load.currentLoad / 100,
      memory: 1 - memory.available / memory.total,
      disks: disks
        .filter(({ size, type }) => size > 0 && !NOT_DISKS.has(type))
        .map(({ mount, available, size }) => ({ mount, share: 1 - available / size })),
      networkBytesPerS: network
        .filter(({ iface }) => iface !== 'lo')
        .reduce((sum, { rx_sec, tx_sec }) => sum + (rx_sec ?? 0) + (tx_sec ?? 0), 0),
    },
  };
}
