import { SluiceError } from '../../domain/errors.js';
import type { Freeze } from '../../domain/freeze.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { printEither } from '../output/print.js';
import { renderTable } from '../render-table.js';
import { withApi } from '../with-api.js';

export interface CreateFreezeOptions extends MaybeDry {
  readonly reason: string;
  readonly for?: string;
  readonly until?: string;
  readonly service: string;
  readonly actor: string;
  readonly output: string;
}

export async function createFreeze(options: CreateFreezeOptions): Promise<void> {
  const { reason, service, actor, output, dryRun, ...end } = options;
  if ((end.for === undefined) === (end.until === undefined))
    throw new SluiceError('USAGE', 'give either --for (how long) or --until (when it ends)');
  const body = { scope: service, reason, owner: actor, ...end };
  if (dryRun === true) return printDryRun(`freeze ${service}`, body, output);
  const freeze = await withApi((api) => api.makeFreeze(body));
  printEither(freeze, output, `freeze ${freeze.id} of ${describeScope(freeze)} until ${freeze.expiresAt}`);
}

export interface ListFreezesOptions {
  readonly all?: boolean;
  readonly service?: string;
  readonly limit: number;
  readonly output: string;
}

export async function listFreezes({ all = false, service, limit, output }: ListFreezesOptions): Promise<void> {
  const { freezes } = await withApi((api) => api.listFreezes({ active: !all, service, limit }));
  const rows = freezes.map((f) => [f.id, f.scope, f.owner, f.createdAt, f.expiresAt, describeLift(f), f.reason]);
  printEither(freezes, output, renderTable(['ID', 'SERVICES', 'BY', 'SINCE', 'UNTIL', 'LIFTED', 'REASON'], rows));
}

export async function liftFreeze(
  id: string,
  {
    reason,
    actor,
    output,
    dryRun,
  }: MaybeDry & { readonly reason: string; readonly actor: string; readonly output: string },
): Promise<void> {
  if (dryRun === true) return printDryRun(`lift the freeze ${id}`, { id, by: actor, reason }, output);
  const freeze = await withApi((api) => api.liftFreeze(id, { by: actor, reason }));
  // Somebody else may have been faster.
  printEither(freeze, output, `freeze ${freeze.id} of ${describeScope(freeze)} is lifted ${describeLift(freeze)}`);
}

function describeScope({ scope }: Freeze): string {
  return scope === '*' ? 'all services' : scope;
}

function describeLift({ liftedAt, liftedBy, liftReason }: Freeze): string {
  return liftedAt === null ? '' : `by ${liftedBy} at ${liftedAt}: ${liftReason}`;
}
