import { SluiceError } from '../../domain/errors.js';
import type { Incident, Silence } from '../../domain/incident.js';
import type { RecordedIncident } from '../../ports/incident-store.js';
import { askApi } from '../ask-api.js';
import { renderIncident, renderIncidents, renderSilences } from '../render-incident.js';

export interface ListOptions {
  readonly all?: boolean;
  readonly service?: string;
  readonly source?: string;
  readonly limit: string;
  readonly output: string;
}

export async function list({ all = false, output, ...filter }: ListOptions): Promise<void> {
  const { incidents } = await askApi<{ incidents: Incident[] }>({
    method: 'GET',
    url: '/v1/incidents',
    params: { ...filter, active: !all },
  });
  print(incidents, output, renderIncidents(incidents));
}

export async function show(id: string, options: { postMortem?: boolean; output: string }): Promise<void> {
  const url = `/v1/incidents/${encodeURIComponent(id)}`;
  if (options.postMortem) {
    const text = await askApi<string>({ method: 'GET', url: `${url}/post-mortem`, responseType: 'text' });
    return void process.stdout.write(`${text}\n`);
  }
  const record = await askApi<RecordedIncident>({ method: 'GET', url });
  print(record, options.output, renderIncident(record));
}

export async function decide(
  command: 'ack' | 'resolve',
  id: string,
  { reason, actor, output }: { reason: string; actor: string; output: string },
): Promise<void> {
  const url = `/v1/incidents/${encodeURIComponent(id)}/${command}`;
  const incident = await askApi<Incident>({ method: 'POST', url, data: { by: actor, reason } });
  // Somebody else may have been faster.
  const said = command === 'ack' ? incident.acknowledged : incident.resolved;
  print(incident, output, `${id} is ${incident.status} by ${said?.by} at ${said?.at}: ${said?.reason}`);
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
  const data = { match: labels, for: length, reason, by: actor };
  const made = await askApi<Silence>({ method: 'POST', url: '/v1/silences', data });
  print(made, output, `silence ${made.id} until ${made.until}`);
}

export async function listSilences({ all = false, output }: { all?: boolean; output: string }): Promise<void> {
  const params = { active: !all };
  const { silences } = await askApi<{ silences: Silence[] }>({ method: 'GET', url: '/v1/silences', params });
  print(silences, output, renderSilences(silences));
}

export async function unsilence(id: string, { output }: { output: string }): Promise<void> {
  const ended = await askApi<Silence>({ method: 'POST', url: `/v1/silences/${encodeURIComponent(id)}/end` });
  print(ended, output, `silence ${id} ended at ${ended.until}`);
}

function labelOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new SluiceError('USAGE', `"${text}" is not <label>=<value>`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function print(value: unknown, output: string, text: string): void {
  process.stdout.write(`${output === 'json' ? JSON.stringify(value) : text}\n`);
}
