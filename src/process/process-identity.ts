import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** Names one process for good: a pid alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly host: string;
  /** Linux: the boot and the pid namespace in which the pid counts; empty elsewhere. */
  readonly boot: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** When the process started, as the system writes it; empty where the system does not say. */
  readonly startedAt: string;
}

/** `unknown` where this process cannot see the other one: another machine, another container. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export async function ownIdentity(): Promise<ProcessIdentity> {
  return { ...(await place()), pid: process.pid, startedAt: (await look(process.pid))?.startedAt ?? '' };
}

/** Whether that very process still runs. A process that exists but can't be examined counts as alive. */
export async function liveness(other: ProcessIdentity): Promise<Liveness> {
  const here = await place();
  const sameHost = other.host === here.host;
  if (sameHost && other.boot !== here.boot) return 'dead'; // the machine was started anew
  // A container has its own host name, and often its own pids; a laptop's host name changes with the network.
  const sameMachine = sameHost || (here.boot !== '' && other.boot === here.boot);
  if (!sameMachine || other.pidNamespace !== here.pidNamespace) return 'unknown';
  if (!exists(other.pid)) return 'dead';
  const now = await look(other.pid);
  if (now === null) return 'alive';
  if (now.ended) return 'dead';
  return now.startedAt === '' || other.startedAt === '' || now.startedAt === other.startedAt ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it is there, and belongs to someone else
  }
}

async function place(): Promise<Pick<ProcessIdentity, 'host' | 'boot' | 'pidNamespace'>> {
  const none = () => '';
  const [boot, pidNamespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(none),
    readlink('/proc/self/ns/pid').catch(none),
  ]);
  return { host: hostname(), boot: boot.trim(), pidNamespace };
}

/** @returns null where nothing can be learnt of the process; `ended` is a zombie: dead, but not yet waited for */
async function look(pid: number): Promise<{ startedAt: string; ended: boolean } | null> {
  if (process.platform === 'win32') return null;
  try {
    return process.platform === 'linux' ? await lookInProc(pid) : await askPs(pid);
  } catch {
    return null;
  }
}

/** Source: proc(5), /proc/pid/stat: field 3 is the state, field 22 the start in clock ticks since the boot. */
async function lookInProc(pid: number): Promise<{ startedAt: string; ended: boolean }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command's name (field 2) may hold blanks and brackets; what follows the last bracket is plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { startedAt: fields[19] ?? '', ended: fields[0] === 'Z' || fields[0] === 'X' };
}

async function askPs(pid: number): Promise<{ startedAt: string; ended: boolean }> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  const [state = '', ...start] = stdout.trim().split(/\s+/);
  return { startedAt: start.join(' '), ended: state.startsWith('Z') };
}
