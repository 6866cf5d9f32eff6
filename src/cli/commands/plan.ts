import { readFile } from 'node:fs/promises';
import { loadSpec } from '../../client/load-spec.js';
import { SluiceError } from '../../domain/errors.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { type GivenTraffic, withGiven } from '../../plan/given-traffic.js';
import { planRollout } from '../../plan/plan-rollout.js';
import type { RolloutPlan } from '../../plan/rollout-plan.js';
import { UNKNOWN_TRAFFIC } from '../../plan/traffic.js';
import type { Format } from '../output/formats.js';
import { print } from '../output/print.js';
import { say } from '../output/say.js';
import { styleOf } from '../output/style.js';
import { renderPlan } from '../render-plan.js';
import { withApi } from '../with-api.js';

export interface PlanOptions extends GivenTraffic {
  readonly output: Format;
  /** Ask no api: the plan of an unknown or a given traffic. */
  readonly offline?: boolean;
  /** How long ago traffic is measured from. */
  readonly window?: string;
}

const TIMEOUT_MS = 30_000;

/** Prints what a spec would do and see. Starts nothing; needs no Temporal. */
export async function plan(file: string, { output, ...options }: PlanOptions): Promise<void> {
  if (options.window !== undefined && !asksApi(options))
    throw new SluiceError('USAGE', '--window says how far back the api measures: not with --rps or --offline');
  const spec = await loadSpec(file);
  const made = (await planOfApi(file, spec, options)) ?? planHere(spec, options);
  print(output, {
    data: made,
    names: [made.service],
    table: () => renderPlan(made, styleOf(process.stdout)),
  });
}

function asksApi({ offline, rps }: Pick<PlanOptions, 'offline' | 'rps'>): boolean {
  return offline !== true && rps === undefined;
}

/** What is given needs no record, and a plan must not fail for want of one. */
async function planOfApi(
  file: string,
  spec: RolloutSpec,
  options: Omit<PlanOptions, 'output'>,
): Promise<RolloutPlan | null> {
  if (!asksApi(options)) return null;
  const { errorRate, unitsPerDay, primaryValue, window } = options;
  const body = { spec: await readFile(file, 'utf8'), errorRate, unitsPerDay, primaryValue, window };
  try {
    return await withApi((api) => api.planRollout(body), TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof SluiceError) || !['STORE_UNAVAILABLE', 'NOT_FOUND'].includes(error.code)) throw error;
    say(`${error.message}; planned without the record of ${spec.service} (give its traffic by --rps)`);
    return null;
  }
}

function planHere(spec: RolloutSpec, given: GivenTraffic): RolloutPlan {
  return planRollout(spec, withGiven(UNKNOWN_TRAFFIC, spec, given), Date.now());
}
