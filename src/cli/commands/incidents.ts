import { SluiceError } from '../../domain/errors.js';
import type { IncidentSource } from '../../domain/incident.js';
import { printEither } from '../output/print.js';
import { renderIncident, renderIncidents, renderSilences } from '../render-incident.js';
import { withApi } from '../with-api.js';

export interface ListOptions {
  readonly all?: boolean;
  readonly service?: string;
  readonly source?: IncidentSource;
  readonly limit: number;
  readonly output: string;
}

export async function list({ all = false, output, ...filter }: ListOptions): Promise<void> {
  const { incidents } = await withApi((api) => api.listIncidents({ ...filter, active: !all }));
  printEither(incidents, output, renderIncidents(incidents));
}

export async function show(id: string, options: { postMortem?: boolean; output: string }): Promise<void> {
  if (options.postMortem) {
    const text = await withApi((api) => api.getPostMortem(id));
    return void process.stdout.write(`${text}\n`);
  }
  const record = await withApi((api) => api.getIncident(id));
  printEither(record, options.output, renderIncident(record));
}

export async function decide(
  command: 'ack' | 'resolve',
  id: string,
  { reason, actor, output }: { reason: string; actor: string; output: string },
): Promise<void> {
  const body = { by: actor, reason };
  const incident = await withApi((api) =>
    command === 'ack' ? api.acknowledgeIncident(id, body) : api.resolveIncident(id, body),
  );
  // Somebody else may have been faster.
  const said = command === 'ack' ? incident.acknowledged : incident.resolved;
  printEither(incident, output, `${id} is ${incident.status} by ${said?.by} at ${said?.at}: ${said?.reason}`);
}

export interface SilenceOptions {
  readonly match: readonly string[];
  readonly for: string;
  readonly reason: string;
  readonly actor: string;
  readonly output: string;
}

export async function silence({ match, for: length, reason, actor, output }: SilenceOptions): Promise<void> {
  const labels = Object.fromEntries(match.map(labelOf));
  const made = await withApi((api) => api.makeSilence({ match: labels, for: length, reason, by: actor }));
  printEither(made, output, `silence ${made.id} until ${made.until}`);
}

export async function listSilences({ all = false, output }: { all?: boolean; output: string }): Promise<void> {
  const { silences } = await withApi((api) => api.listSilences({ active: !all }));
  printEither(silences, output, renderSilences(silences));
}

export async function unsilence(id: string, { output }: { output: string }): Promise<void> {
  const ended = await withApi((api) => api.endSilence(id));
  printEither(ended, output, `silence ${id} ended at ${ended.until}`);
}

function labelOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new SluiceError('USAGE', `"${text}" is not <label>=<value>`);
  return [text.slice(0, at), text.slice(at + 1)];
}
