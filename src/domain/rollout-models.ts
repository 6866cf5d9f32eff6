import type { RegistrySpec } from './spec/registry.js';

/** What a registry knows of a version on trial. */
export interface RolloutModel {
  readonly id: string;
  /** Of its artifact: `sha256:` and 64 hex digits. */
  readonly digest: string;
}

/** Both versions as they were registered when the rollout began; null: nobody registered it. */
export interface RolloutModels {
  /** The registered model whose versions they are. */
  readonly model: string;
  readonly baseline: RolloutModel | null;
  readonly candidate: RolloutModel | null;
}

/** What a registry said when the rollout began. */
export interface ResolvedModels extends RolloutModels {
  /** Ids that the aliases pointed at then; null: at nothing. */
  readonly champion: string | null;
  readonly challenger: string | null;
  /** What was missing or could not be verified, a line each; for the ledger. */
  readonly notes: readonly string[];
}

/** Digests that somebody had before them, by arm; absent: not said. */
export interface SeenDigests {
  readonly baseline?: string;
  readonly candidate?: string;
}

/** What is known of the artifacts on trial, for whoever decides on them; null: nothing. */
export function knownDigests(models: RolloutModels | undefined): SeenDigests | null {
  const { baseline = null, candidate = null } = models ?? {};
  if (baseline === null && candidate === null) return null;
  return {
    ...(baseline === null ? {} : { baseline: baseline.digest }),
    ...(candidate === null ? {} : { candidate: candidate.digest }),
  };
}

/** As an approval names them: what was before its giver, and what they say themselves; nothing where there is neither. */
export function artifactsSeen(
  models: RolloutModels | undefined,
  said: { readonly [Arm in keyof SeenDigests]?: string | undefined } = {},
): { readonly artifacts?: SeenDigests } {
  const known = knownDigests(models);
  const [baseline, candidate] = [said.baseline ?? known?.baseline, said.candidate ?? known?.candidate];
  if (baseline === undefined && candidate === undefined) return {};
  return {
    artifacts: { ...(baseline === undefined ? {} : { baseline }), ...(candidate === undefined ? {} : { candidate }) },
  };
}

/** Why a decision on these digests is none on this rollout; null where it is, or where nobody said digests. */
export function digestRefusal(models: RolloutModels | undefined, seen: SeenDigests | undefined): string | null {
  for (const arm of ['baseline', 'candidate'] as const) {
    const said = seen?.[arm];
    const actual = models?.[arm]?.digest ?? null;
    if (said !== undefined && said !== actual)
      return `it is given for a ${arm} of digest ${said}, and this ${arm} is ${actual ?? 'not registered'}`;
  }
  return null;
}

/** Where a rollout's aliases stand, and what the way back needs to know. Plain JSON. */
export interface AliasCourse extends Pick<RegistrySpec, 'champion' | 'challenger'> {
  readonly model: string;
  /** Ids; null: not registered. */
  readonly baselineId: string | null;
  readonly candidateId: string | null;
  /** What the aliases pointed at when the rollout began. */
  readonly before: { readonly champion: string | null; readonly challenger: string | null };
  /** The candidate serves all: from now on the champion is it. */
  isCutOver: boolean;
}

/** A move of an alias that a rollout asks for. What somebody else has moved since is not undone. */
export interface RolloutAliasMove {
  /** The same id again is the same move. */
  readonly changeId: string;
  readonly model: string;
  readonly role: 'champion' | 'challenger';
  readonly alias: string;
  /** Id; null takes the alias away. */
  readonly to: string | null;
  /** Compare and set: the id that it points at now, null: at nothing. */
  readonly expected: string | null;
  readonly why: string;
}

export function courseOf(spec: RegistrySpec, resolved: ResolvedModels): AliasCourse {
  const { model, baseline, candidate, champion, challenger } = resolved;
  return {
    model,
    champion: spec.champion,
    challenger: spec.challenger,
    baselineId: baseline?.id ?? null,
    candidateId: candidate?.id ?? null,
    before: { champion, challenger },
    isCutOver: false,
  };
}

/** The candidate is under trial. */
export function movesAtStart(course: AliasCourse, rolloutId: string): RolloutAliasMove[] {
  const { candidateId, before } = course;
  if (candidateId === null || before.challenger === candidateId) return [];
  return [move(course, 'challenger', candidateId, before.challenger, rolloutId, 'start')];
}

/** The candidate serves all, and is under trial no more. */
export function movesAtCutover(course: AliasCourse, rolloutId: string): RolloutAliasMove[] {
  const { candidateId, before } = course;
  if (candidateId === null) return [];
  return [
    move(course, 'champion', candidateId, before.champion, rolloutId, 'cutover'),
    move(course, 'challenger', null, candidateId, rolloutId, 'cutover'),
  ];
}

/**
 * The baseline serves again: the very version that this rollout began with, not whatever the alias pointed at before. Where nobody
 * registered it, the alias points at nothing, as no id would be true.
 */
export function movesBack(course: AliasCourse, rolloutId: string): RolloutAliasMove[] {
  const { candidateId, baselineId, isCutOver } = course;
  if (candidateId === null) return [];
  return [
    isCutOver
      ? move(course, 'champion', baselineId, candidateId, rolloutId, 'way back')
      : move(course, 'challenger', null, candidateId, rolloutId, 'way back'),
  ];
}

function move(
  course: AliasCourse,
  role: 'champion' | 'challenger',
  to: string | null,
  expected: string | null,
  rolloutId: string,
  moment: 'start' | 'cutover' | 'way back',
): RolloutAliasMove {
  const changeId = `${rolloutId}/${role}/${moment.replace(' ', '-')}`;
  return { changeId, model: course.model, role, alias: course[role], to, expected, why: `${rolloutId}: ${moment}` };
}
