import { SluiceError } from '../domain/errors.js';
import type { ModelVersion } from '../domain/model-version.js';
import type { ResolvedModels, RolloutModel } from '../domain/rollout-models.js';
import type { RegistrySpec } from '../domain/spec/registry.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import type { ModelRegistry } from '../ports/model-registry.js';
import { resolveVersion } from './resolve.js';
import type { ServedModel, Verification } from './verify.js';

export interface ResolveDeps {
  readonly registry: Pick<ModelRegistry, 'version' | 'aliases'>;
  readonly verifyServed: (served: ServedModel, version: ModelVersion) => Promise<Verification>;
}

const ARMS = ['baseline', 'candidate'] as const;

interface ResolvedArm {
  readonly found: RolloutModel | null;
  readonly notes: readonly string[];
}

/**
 * What the registry says of both versions of a rollout, and where its aliases point. With `verify`, both model servers are asked which
 * artifact they serve.
 * @throws {SluiceError} NOT_FOUND where it must be registered and is not; MODEL_ANSWER_INVALID naming both digests where another
 *   artifact is served, or where a server does not tell and `strict` asks it to; what a registry that is away throws
 */
export async function resolveRolloutModels(
  spec: RolloutSpec,
  rules: RegistrySpec,
  { registry, verifyServed }: ResolveDeps,
): Promise<ResolvedModels> {
  const model = rules.model ?? spec.service;
  const asked = await Promise.allSettled(
    ARMS.map(async (arm): Promise<ResolvedArm> => {
      const version = await registered(registry, model, spec[arm].version, rules);
      if (version === null) return { found: null, notes: [`${model}:${spec[arm].version} (${arm}) is not registered`] };
      const found = { id: version.id, digest: version.artifact.digest };
      const note = rules.verify === false ? null : await verified(spec, arm, version, rules, verifyServed);
      return { found, notes: note === null ? [] : [note] };
    }),
  );
  // In the order of the arms, so that the same fault is told the same each time.
  const [baseline, candidate] = asked.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
  const aliases = new Map((await registry.aliases(model)).map(({ alias, id }) => [alias, id]));
  const champion = aliases.get(rules.champion) ?? null;
  const arms = { baseline: baseline?.found ?? null, candidate: candidate?.found ?? null };
  return {
    model,
    ...arms,
    champion,
    challenger: aliases.get(rules.challenger) ?? null,
    notes: [
      ...(baseline?.notes ?? []),
      ...(candidate?.notes ?? []),
      ...championNote(`${model}@${rules.champion}`, champion, arms.baseline),
    ],
  };
}

/** @throws {SluiceError} NOT_FOUND where the spec asks for it */
async function registered(
  registry: ResolveDeps['registry'],
  model: string,
  label: string,
  { required, verify }: RegistrySpec,
): Promise<ModelVersion | null> {
  try {
    return await resolveVersion(registry, model, label);
  } catch (error) {
    const isMissing = error instanceof SluiceError && error.code === 'NOT_FOUND';
    if (!isMissing) throw error;
    if (required) throw new SluiceError('NOT_FOUND', `${error.message}, and the spec asks for one (registry.required)`);
    if (verify === 'strict')
      throw new SluiceError('NOT_FOUND', `${error.message}: nothing to verify by (registry.verify: strict)`);
    return null;
  }
}

/** @returns what is to be noted, null where the server serves what was registered */
async function verified(
  { protocol, ...arms }: RolloutSpec,
  arm: (typeof ARMS)[number],
  version: ModelVersion,
  { verify }: RegistrySpec,
  verifyServed: ResolveDeps['verifyServed'],
): Promise<string | null> {
  const { url } = arms[arm];
  const { status, note } =
    protocol.kind === 'open-inference'
      ? await verifyServed({ url, model: protocol.model }, version)
      : { status: 'unknown', note: `protocol ${protocol.kind} has no place for a digest` };
  if (status === 'verified') return null;
  const words = `${arm} ${version.version} is not verified: ${note}`;
  if (verify === 'strict') throw new SluiceError('MODEL_ANSWER_INVALID', `${words} (registry.verify: strict)`);
  return words;
}

function championNote(alias: string, champion: string | null, baseline: RolloutModel | null): string[] {
  if (champion === null || baseline === null || champion === baseline.id) return [];
  return [`${alias} points at ${champion}, and the baseline is ${baseline.id}`];
}
