import { loadMonitor } from '../../client/load-monitor.js';
import {
  createMonitor,
  deleteMonitor,
  listMonitors,
  type MonitorName,
  pauseMonitor,
  readMonitor,
  resumeMonitor,
  triggerMonitor,
} from '../../client/monitors.js';
import { type Reading, reading } from '../../client/reading.js';
import { SluiceError } from '../../domain/errors.js';
import { assertMeant } from '../ask.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { renderMonitor, renderMonitors } from '../render-monitor.js';
import { withApi } from '../with-api.js';
import { withTemporal } from '../with-temporal.js';
import { plotReading } from './monitor-plot.js';

export interface CreateMonitorOptions extends MaybeDry {
  readonly file: string;
  readonly replace?: boolean;
  readonly output: string;
}

export async function create({ file, replace = false, output, dryRun }: CreateMonitorOptions): Promise<void> {
  const spec = await loadMonitor(file);
  if (dryRun === true) return printDryRun(`create the monitor ${spec.service}/${spec.name}`, { replace, spec }, output);
  const isNew = await withTemporal(({ client }) => createMonitor(client, spec, { replace }));
  const { service, name, kind, every } = spec;
  const said = `monitor ${service}/${name} (${kind}) ${isNew ? 'runs' : 'is changed; it runs'} every ${every / 1000} s`;
  say(output === 'json' ? JSON.stringify({ service, monitor: name, kind, every, isNew }) : said);
}

export async function list({ service, output }: { service?: string; output: string }): Promise<void> {
  const monitors = await withTemporal(({ client }) => listMonitors(client, service));
  const read = await reading(() => withApi((api) => api.listMonitors({ service, limit: 1000 })));
  warn(read);
  const lines = read.kind === 'read' ? read.value.monitors : [];
  say(output === 'json' ? JSON.stringify({ monitors, readings: lines }) : renderMonitors(monitors, lines));
}

export interface ShowMonitorOptions {
  readonly limit: number;
  readonly output: string;
  /** A file for an SVG. */
  readonly plot?: string;
}

export async function show(name: MonitorName, { limit, output, plot }: ShowMonitorOptions): Promise<void> {
  const schedule = await withTemporal(({ client }) => readMonitor(client, name));
  const read = await reading(() =>
    withApi((api) => api.getMonitor(name.service, name.name, { limit })).catch((error: unknown) => {
      if (error instanceof SluiceError && error.code === 'NOT_FOUND') return null;
      throw error;
    }),
  );
  warn(read);
  const history = read.kind === 'read' ? read.value : null;
  say(output === 'json' ? JSON.stringify({ schedule, ...history }) : renderMonitor(schedule, history));
  if (plot === undefined) return;
  if (history === null)
    throw new SluiceError('NOT_FOUND', `monitor ${name.service}/${name.name} has no reading to draw`);
  const drawn = plotReading(history.latest, plot);
  process.stderr.write(`${drawn} ${drawn === 1 ? 'feature is' : 'features are'} drawn in ${plot}\n`);
}

export async function hold(
  command: 'pause' | 'resume',
  name: MonitorName,
  { reason, actor, dryRun }: MaybeDry & { readonly reason: string; readonly actor: string },
): Promise<void> {
  if (dryRun === true)
    return printDryRun(`${command} the monitor ${name.service}/${name.name}`, { ...name, actor, reason });
  const note = reason === '' ? `${command}d by ${actor}` : `${actor}: ${reason}`;
  const act = command === 'pause' ? pauseMonitor : resumeMonitor;
  await withTemporal(({ client }) => act(client, name, note));
  say(`monitor ${name.service}/${name.name} is ${command}d`);
}

export async function run(name: MonitorName, { dryRun }: MaybeDry = {}): Promise<void> {
  if (dryRun === true) return printDryRun(`run the monitor ${name.service}/${name.name}`, { ...name });
  await withTemporal(({ client }) => triggerMonitor(client, name));
  say(`monitor ${name.service}/${name.name} runs; sluice monitor show ${name.service} ${name.name}`);
}

export async function remove(
  name: MonitorName,
  { dryRun, yes }: MaybeDry & { readonly yes?: boolean } = {},
): Promise<void> {
  if (dryRun === true)
    return printDryRun(`delete the monitor ${name.service}/${name.name} and its readings`, { ...name });
  if (yes !== true)
    await assertMeant(`the monitor ${name.service}/${name.name} is deleted for good, with its readings. Go on?`);
  await deleteSchedule(name);
  await withApi((api) => api.forgetMonitor(name.service, name.name)).catch((error: unknown) => {
    if (!(error instanceof SluiceError)) throw error;
    const what = `monitor ${name.service}/${name.name} runs no more, but its readings are still there`;
    throw new SluiceError(error.code, `${what}: ${error.message}; the same command again deletes them`);
  });
  say(`monitor ${name.service}/${name.name} is deleted`);
}

/** One that is gone while its readings are not was deleted while the store was away, or in the middle of a run. */
async function deleteSchedule(name: MonitorName): Promise<void> {
  try {
    await withTemporal(({ client }) => deleteMonitor(client, name));
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'NOT_FOUND') throw error;
    await withApi((api) => api.getMonitor(name.service, name.name, { limit: 1 })).catch(() => {
      throw error;
    });
  }
}

/** What Temporal says is worth printing without what the store says. */
function warn(read: Reading<unknown>): void {
  if (read.kind === 'unread') process.stderr.write(`no readings: ${read.error}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
