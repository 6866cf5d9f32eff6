import { isGeneration, needsLoad, type ValidationCheck } from '../domain/spec/validation/index.js';
import { type CheckResult, checkName } from '../domain/validation.js';
import { unmeasured } from './judge-pass.js';
import type { Garbage } from './pass-state.js';
import { isOfPass, needsNoRows } from './plan-needs.js';
import type { ProbeStage } from './probe-stage.js';
import { runProbes } from './probes/index.js';
import type { SuiteDeps, SuiteInput } from './suite.js';

export interface LaterChecks {
  readonly input: SuiteInput;
  readonly custom: SuiteDeps['custom'];
  readonly stage: ProbeStage;
  /** The candidate is asked for no more predictions after its own. */
  readonly garbage: Garbage | null;
  /** All results so far. */
  readonly done: () => readonly CheckResult[];
  /** Takes and keeps what another group of checks came to. */
  readonly add: (results: readonly CheckResult[]) => Promise<void>;
}

/** Runs what comes after the rows, as far as it is not done: probes, and then custom checks, which see all results. */
export async function runLaterChecks({ input, custom, stage, garbage, done, add }: LaterChecks): Promise<void> {
  for (const group of groupsOf(input.plan.checks)) {
    stage.signal.throwIfAborted();
    const names = new Set(done().map(({ name }) => name));
    const left = group.filter((check) => !names.has(checkName(check)));
    const [first] = left;
    if (first === undefined) continue;
    stage.beat(checkName(first));
    if (garbage?.arm === 'candidate' && !needsNoRows(first)) await add(left.map((check) => unmeasured(check, garbage)));
    else if (first.metric === 'custom') await add([await custom.run(first, input, done(), stage)]);
    else await add(await runProbes({ ...input.plan, checks: left }, stage));
  }
}

/** In this order: garbage may change what a server is like. */
const LAST: readonly string[] = ['server_memory', 'robustness'];

/** What one load measures is measured together, and so is what the same generations tell. What is seen of a server comes after all it is asked. */
function groupsOf(checks: readonly ValidationCheck[]): ValidationCheck[][] {
  const probes = checks.filter((check) => !isOfPass(check) && check.metric !== 'custom');
  const alone = probes.filter((check) => !needsLoad(check) && !isGeneration(check));
  return [
    ...alone.filter(({ metric }) => !LAST.includes(metric)).map((check) => [check]),
    probes.filter(needsLoad),
    probes.filter(isGeneration),
    ...LAST.flatMap((last) => alone.filter(({ metric }) => metric === last)).map((check) => [check]),
    ...checks.filter(({ metric }) => metric === 'custom').map((check) => [check]),
  ];
}
