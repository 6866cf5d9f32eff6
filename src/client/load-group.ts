import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { describeError, SluiceError } from '../domain/errors.js';
import { type GroupSpec, groupSpec } from '../domain/spec/group-spec.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { readDocument } from '../yaml/read-document.js';
import { loadSpec } from './load-spec.js';

/** A group with the specs of its rollouts: by wave, in its order. */
export interface LoadedGroup {
  readonly spec: GroupSpec;
  readonly members: readonly (readonly RolloutSpec[])[];
}

/** A rollout as a group names it. */
interface Member {
  /** Where in the group it is named. */
  readonly place: readonly ['waves', number, 'rollouts', number];
  /** Null where it could not be read. */
  readonly spec: RolloutSpec | null;
  /** What is wrong with it, as `file:line:column: ...`. */
  readonly faults: readonly string[];
}

/**
 * Reads a group and the specs of its rollouts, which are named relative to it.
 * @throws {DocumentError} with every issue, a rollout's own where the group names it; {SluiceError} USAGE when the file can't be read
 */
export async function loadGroup(path: string): Promise<LoadedGroup> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SluiceError('USAGE', `${path}: ${describeError(error)}`, { cause: error });
  });
  const spec = readDocument(text, groupSpec, path);
  const members = await Promise.all(
    spec.waves.flatMap(({ rollouts }, wave) =>
      rollouts.map((file, index) =>
        loadMember(isAbsolute(file) ? file : join(dirname(path), file), ['waves', wave, 'rollouts', index]),
      ),
    ),
  );
  const faults = [...faultsOf(members), ...repeats(members)];
  // Read again with what was found, so that each fault stands at its line and column.
  const refused = groupSpec.superRefine((_, ctx) => {
    for (const { place, message } of faults) ctx.addIssue({ code: 'custom', path: [...place], message });
  });
  readDocument(text, refused, path);
  return { spec, members: spec.waves.map((_, wave) => specsOf(members, wave)) };
}

async function loadMember(file: string, place: Member['place']): Promise<Member> {
  try {
    return { place, spec: await loadSpec(file), faults: [] };
  } catch (error) {
    // One line an issue; each names the file.
    return { place, spec: null, faults: describeError(error).split('\n') };
  }
}

function faultsOf(members: readonly Member[]) {
  return members.flatMap(({ place, faults }) => faults.map((message) => ({ place, message })));
}

/** One rollout at a time is active on a service, so none may stand in a group twice. */
function repeats(members: readonly Member[]) {
  const seen = new Set<string>();
  return members.flatMap(({ place, spec }) => {
    if (spec === null) return [];
    const { service } = spec;
    const isRepeat = seen.has(service);
    seen.add(service);
    return isRepeat ? [{ place, message: `service ${service} is in this group already` }] : [];
  });
}

function specsOf(members: readonly Member[], wave: number): RolloutSpec[] {
  return members.flatMap(({ place, spec }) => (place[1] === wave && spec !== null ? [spec] : []));
}
