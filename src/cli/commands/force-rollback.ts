import { type ForcedOutcome, forceRollback } from '../../client/force-rollback.js';
import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import { modelTarget, serviceName, versionName } from '../../domain/spec/target.js';
import type { GatewayOutcome } from '../../traffic/force-route.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { renderTable } from '../render-table.js';

export interface ForceRollbackOptions extends MaybeDry {
  readonly actor: string;
  readonly reason: string;
  readonly to?: string | undefined;
  readonly url?: string | undefined;
  readonly output: string;
}

/** Moves traffic without Temporal; prints what became of each gateway. Exit code 1 where one has not confirmed. */
export async function forceServiceBack(service: string, options: ForceRollbackOptions): Promise<void> {
  const { actor, reason, output } = options;
  assertNames(service, options);
  const { gatewayAdminUrls, adminToken, apiUrl } = readConfig();
  const to = options.to === undefined ? undefined : { version: options.to, url: options.url };
  if (options.dryRun === true)
    return printDryRun(
      `roll ${service} back on its gateways themselves`,
      { service, actor, reason, to, gateways: gatewayAdminUrls },
      output,
    );
  const outcome = await forceRollback({ service, actor, reason, to }, { gatewayAdminUrls, adminToken, apiUrl });
  if (output === 'json') process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  else process.stdout.write(`${render(outcome, apiUrl)}\n`);
  process.exitCode = outcome.gateways.every(({ result }) => result === 'confirmed') ? 0 : 1;
}

/** @throws {SluiceError} USAGE */
function assertNames(service: string, { actor, to, url }: ForceRollbackOptions): void {
  if (!serviceName.safeParse(service).success) throw new SluiceError('USAGE', `"${service}" is not a service's name`);
  if (actor.trim() === '') throw new SluiceError('USAGE', '--actor is empty: who decides?');
  if (to === undefined && url !== undefined) throw new SluiceError('USAGE', '--url needs --to <version>');
  if (to !== undefined && !versionName.safeParse(to).success)
    throw new SluiceError('USAGE', `--to: "${to}" is not a version's name`);
  if (url !== undefined && !modelTarget.shape.url.safeParse(url).success)
    throw new SluiceError('USAGE', `--url: "${url}" is not an http or https URL`);
}

function render({ route, gateways, ledger }: ForcedOutcome, apiUrl: string): string {
  const rows = gateways.map((one) => [one.gatewayId ?? '', one.url, wordsOf(one)]);
  const kept =
    ledger.kind === 'read'
      ? `decision ${ledger.value.sequence} of ${ledger.value.rolloutId}${ledger.value.isRouteSaved ? '' : ' (the store keeps a newer route)'}`
      : `does not know of this rollback: the api at ${apiUrl}: ${ledger.error}`;
  return [
    `${route.service}: ${route.baseline.version} serves all, epoch ${route.epoch}`,
    renderTable(['GATEWAY', 'ADMIN', 'RESULT'], rows),
    `ledger: ${kept}`,
    'a rollout that still runs hears of it when a worker is back, and ends as rolled back',
  ].join('\n');
}

function wordsOf({ result, withinMs, error }: GatewayOutcome): string {
  switch (result) {
    case 'confirmed':
      return 'confirmed';
    case 'lapses':
      return `not confirmed: falls back by its lease within ${Math.ceil((withinMs ?? 0) / 1000)} s (${error})`;
    case 'retry':
      return `not confirmed, and has no lease: must be retried (${error})`;
  }
}
