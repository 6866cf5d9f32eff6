import type { ModelVersion } from '../domain/model-version.js';
import type { ModelRegistry } from '../ports/model-registry.js';

export const DEEPEST = 50;
/** In one answer. */
const MOST_RELATIVES = 500;

type RelativesOf = Pick<ModelRegistry, 'versionsById' | 'childrenOf'>;
export type Direction = 'ancestors' | 'descendants';

/** A version that another one was made from, or that was made from it. */
interface Relative {
  readonly version: ModelVersion;
  /** Generations between them; 1: parent or child. */
  readonly depth: number;
}

export interface Lineage {
  /** Nearest first; each content once in a model, at its least depth. */
  readonly relatives: readonly Relative[];
  /** Ids of parents that are not registered, as other registries allow. */
  readonly missing: readonly string[];
  /** It is among its own relatives: other registries don't refuse that. */
  readonly isCircular: boolean;
  /** There is more beyond the depth or the number that was asked for. */
  readonly isTruncated: boolean;
}

/**
 * Walks from a version to those it was made from, or those made from it, generation by generation. A circle, which other
 * registries don't refuse, ends the walk there.
 * @param depth generations at most, an integer in 1..50
 */
export async function lineageOf(
  registry: RelativesOf,
  start: Pick<ModelVersion, 'id' | 'parents'>,
  direction: Direction,
  depth: number,
): Promise<Lineage> {
  const relatives: Relative[] = [];
  const missing = new Set<string>();
  const seen = new Set<string>();
  let isCircular = false;
  let generation: readonly Pick<ModelVersion, 'id' | 'parents'>[] = [start];
  for (let level = 1; ; level += 1) {
    const found = await nextGeneration(registry, direction, generation, missing);
    isCircular ||= found.some(({ id }) => id === start.id);
    const fresh = found.filter(({ id }) => id !== start.id && !seen.has(id));
    const isTruncated = fresh.length > 0 && (level > depth || relatives.length + fresh.length > MOST_RELATIVES);
    if (fresh.length === 0 || isTruncated) return { relatives, missing: [...missing], isCircular, isTruncated };
    for (const { id } of fresh) seen.add(id);
    relatives.push(...fresh.map((version) => ({ version, depth: level })));
    generation = fresh;
  }
}

async function nextGeneration(
  registry: RelativesOf,
  direction: Direction,
  generation: readonly Pick<ModelVersion, 'id' | 'parents'>[],
  missing: Set<string>,
): Promise<ModelVersion[]> {
  if (direction === 'descendants') return registry.childrenOf([...new Set(generation.map(({ id }) => id))]);
  const wanted = [...new Set(generation.flatMap(({ parents }) => parents))];
  const found = wanted.length === 0 ? [] : await registry.versionsById(wanted);
  const known = new Set(found.map(({ id }) => id));
  for (const id of wanted) if (!known.has(id)) missing.add(id);
  return found;
}
