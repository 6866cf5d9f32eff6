import { CancellationScope, condition } from '@temporalio/workflow';
import {
  courseOf,
  movesAtCutover,
  movesAtStart,
  movesBack,
  type RolloutAliasMove,
} from '../src/domain/rollout-models.js';
import type { RegistrySpec } from '../src/domain/spec/registry.js';
import { limited, registrar } from './activity-proxies.js';
import { causeOf, decide, type Run, update } from './run.js';
import { settled } from './settled.js';

/** Commands of this loop come after those of all who tell others: see `settled` and notices.ts. */
const FIRST_TURN = 9;
const TURNS_APART = 3;

/** Before anyone is exposed: which artifacts these versions are, and, where the spec asks, whether the servers serve them. */
export async function resolveModels(run: Run, rules: RegistrySpec): Promise<void> {
  const { spec, rolloutId } = run.input;
  // Asked in an earlier run of this workflow: what the aliases pointed at before is only known from then.
  if (run.aliases.course !== null) return;
  const options = { summary: `which artifacts are ${spec.baseline.version} and ${spec.candidate.version}?` };
  const resolved = await limited.resolveModels.executeWithOptions(options, [spec]);
  if (resolved === null) return;
  const { model, baseline, candidate, notes } = resolved;
  run.aliases.course = courseOf(rules, resolved);
  update(run, { models: { model, baseline, candidate } });
  if (notes.length > 0) decide(run, { action: 'registry', reason: notes.join('; ') });
  // A stop that came in the same moment has been acted on already.
  if (run.inbox.stop === null) run.aliases.moves.push(...movesAtStart(run.aliases.course, rolloutId));
}

/** Called once the candidate serves all: traffic first. Not where it is on its way back already. */
export function promoteAliases(run: Run): void {
  const { course, moves } = run.aliases;
  if (course === null || run.inbox.stop !== null) return;
  moves.push(...movesAtCutover(course, run.input.rolloutId));
  course.isCutOver = true;
}

/** Called once the baseline serves again: traffic first. */
export function returnAliases(run: Run): void {
  const { course, moves } = run.aliases;
  if (course !== null) moves.push(...movesBack(course, run.input.rolloutId));
}

/** Moves aliases in the background, one after the other: no traffic waits for a registry. Runs until the workflow ends. */
export function keepAliases(run: Run): void {
  const { moves } = run.aliases;
  void CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => moves.length > 0);
      await settled(FIRST_TURN + TURNS_APART * run.errands.length);
      const [move] = moves;
      if (move === undefined) continue;
      await carryOut(run, move);
      moves.shift();
    }
  });
}

/** What was refused for good is noted: a person has moved the alias, and a person may move it again. */
async function carryOut(run: Run, move: RolloutAliasMove): Promise<void> {
  try {
    const change = await registrar.moveRolloutAlias.executeWithOptions({ summary: nameOfMove(move) }, [move, null]);
    if (change !== null) decide(run, { action: 'registry', reason: nameOfMove(move) });
  } catch (error) {
    decide(run, { action: 'registry', reason: refusedMove(move, causeOf(error)) });
  }
}

export function nameOfMove({ model, alias, to }: RolloutAliasMove): string {
  return to === null ? `take ${model}@${alias} away` : `point ${model}@${alias} at ${to}`;
}

export function refusedMove(move: RolloutAliasMove, why: string): string {
  return `did not ${nameOfMove(move)}: ${why}`;
}
