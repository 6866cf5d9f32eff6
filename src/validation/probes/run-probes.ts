import type { CheckOf, Validation, ValidationCheck } from '../../domain/spec/validation/index.js';
import { type CheckResult, checkName } from '../../domain/validation.js';
import type { ModelServer } from '../../ports/model-server.js';
import { needsBaseline, result } from '../judge-value.js';
import type { LatencyCheck, PayloadCheck } from '../plan-needs.js';
import type { ProbeStage } from '../probe-stage.js';
import type { RowCheck } from '../rows/row-checks.js';
import { probeBehaviour } from './behaviour.js';
import { deathOf, markAlive } from './dead-servers.js';
import { probeDeterminism } from './determinism.js';
import { probeGeneration } from './generation.js';
import { probeLoad } from './load-checks.js';
import { probeRobustness } from './robustness.js';
import { probeServerMemory } from './server-memory.js';
import { probeSignature } from './signature.js';
import { becomesReady } from './while-alive.js';

type Probe<Check> = (check: Check, plan: Validation, stage: ProbeStage) => Promise<CheckResult>;
/** All but those that are judged by the pass over the data set, and the user's own. */
type ProbeMetric = Exclude<ValidationCheck, RowCheck | LatencyCheck | PayloadCheck | CheckOf<'custom'>>['metric'];

/** What asks the servers on its own, after the pass over the data set. */
const PROBES: { readonly [Metric in ProbeMetric]: Probe<CheckOf<Metric>> } = {
  signature: (check, _, stage) => probeSignature(check, stage),
  load_latency_p50: probeLoad,
  load_latency_p95: probeLoad,
  load_latency_p99: probeLoad,
  throughput: probeLoad,
  load_error_rate: probeLoad,
  server_memory: (check, _, stage) => probeServerMemory(check, stage),
  determinism: probeDeterminism,
  robustness: (check, _, stage) => probeRobustness(check, stage),
  invariance: (check, _, stage) => probeBehaviour(check, stage),
  directional: (check, _, stage) => probeBehaviour(check, stage),
  generation_error_rate: probeGeneration,
  refusal_rate: probeGeneration,
  first_token_p50: probeGeneration,
  first_token_p95: probeGeneration,
  generation_p50: probeGeneration,
  generation_p95: probeGeneration,
  tokens_out: probeGeneration,
  tokens_per_second: probeGeneration,
};

function probeOf({ metric }: ValidationCheck): Probe<ValidationCheck> | null {
  return Object.hasOwn(PROBES, metric) ? (PROBES[metric as ProbeMetric] as Probe<ValidationCheck>) : null;
}

/**
 * Runs the probe checks of a plan, which may be some of a larger one's.
 * @returns one result a probe check, in the plan's order
 * @throws {SluiceError} MODEL_UNREACHABLE where a server is gone and stays away, unless a probe killed it; SECRET_UNUSABLE; ADDRESS_REFUSED;
 * DATASET_INVALID where a check names a feature that there is not
 */
export async function runProbes(plan: Validation, stage: ProbeStage): Promise<CheckResult[]> {
  const found = new Map<ValidationCheck, CheckResult>();
  for (const check of inOrderOfRuns(plan.checks)) {
    const probe = probeOf(check);
    if (probe !== null) found.set(check, (await withoutDead(check, stage)) ?? (await probe(check, plan, stage)));
  }
  return plan.checks.flatMap((check) => found.get(check) ?? []);
}

/** What may kill a server comes after the others, and its memory is read last. */
function inOrderOfRuns(checks: readonly ValidationCheck[]): ValidationCheck[] {
  const rank = ({ metric }: ValidationCheck) => (metric === 'server_memory' ? 2 : metric === 'robustness' ? 1 : 0);
  return checks.toSorted((a, b) => rank(a) - rank(b));
}

/** A result instead of the probe's, where an earlier probe killed a server and nobody has started it again. */
async function withoutDead(check: ValidationCheck, stage: ProbeStage): Promise<CheckResult | null> {
  const arms: readonly (readonly [string, ModelServer])[] = [
    ['candidate', stage.candidate],
    ...(asksBaseline(check) ? ([['baseline', stage.baseline]] as const) : []),
  ];
  for (const [arm, server] of arms) {
    const death = deathOf(server);
    if (death === null) continue;
    const isBack = await becomesReady(stage, server, checkName(check), death.wasWaitedFor ? 0 : undefined);
    death.wasWaitedFor = true;
    if (isBack) markAlive(server);
    else {
      const reason = `not measured: the ${arm}'s server died ${death.how}, and is not back`;
      return result(check, { verdict: 'inconclusive', reason });
    }
  }
  return null;
}

function asksBaseline(check: ValidationCheck): boolean {
  return check.metric === 'signature' || needsBaseline(check);
}
