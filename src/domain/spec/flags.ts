import { z } from 'zod';
import { type Fault, type FlagDefinition, flag, flagKey } from './flag.js';

const MOST_FLAGS = 1000;

/** All flags by key. What they need of each other is checked here, where all of them are known. */
export const flags = z
  .record(flagKey, flag)
  .refine((all) => Object.keys(all).length <= MOST_FLAGS, `expected at most ${MOST_FLAGS} flags`)
  .superRefine((all, ctx) => {
    for (const { path, message } of prerequisiteFaults(all)) ctx.addIssue({ code: 'custom', path, message });
  });

export type FlagDefinitions = z.output<typeof flags>;

/** Prerequisites that name nothing, and those that lead back to where they began. */
function prerequisiteFaults(all: FlagDefinitions): Fault[] {
  const known = new Map(Object.entries(all));
  const faults: Fault[] = [];
  for (const [key, { prerequisites }] of known)
    for (const [index, { flag: needed, variant }] of prerequisites.entries()) {
      const other = known.get(needed);
      const path = [key, 'prerequisites', String(index)];
      if (other === undefined) faults.push({ path, message: `${key} needs ${needed}, and there is no such flag` });
      else if (!Object.hasOwn(other.variants, variant))
        faults.push({ path, message: `${key} needs ${needed} to serve ${variant}, which is none of its variants` });
    }
  const circle = findCircle(known);
  if (circle !== null)
    faults.push({
      path: [circle[0] ?? '', 'prerequisites'],
      message: `prerequisites run in a circle: ${circle.join(' -> ')}`,
    });
  return faults;
}

/** @returns the keys along the first circle found, its beginning at both ends */
function findCircle(known: ReadonlyMap<string, FlagDefinition>): string[] | null {
  const isDone = new Set<string>();
  const chain: string[] = [];
  const follow = (key: string): string[] | null => {
    const start = chain.indexOf(key);
    if (start >= 0) return [...chain.slice(start), key];
    if (isDone.has(key)) return null;
    chain.push(key);
    for (const { flag: needed } of known.get(key)?.prerequisites ?? []) {
      const circle = follow(needed);
      if (circle !== null) return circle;
    }
    chain.pop();
    isDone.add(key);
    return null;
  };
  for (const key of known.keys()) {
    const circle = follow(key);
    if (circle !== null) return circle;
  }
  return null;
}
