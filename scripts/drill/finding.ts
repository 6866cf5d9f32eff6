import type { Site } from './site.js';

/** A line of the table. */
export interface Finding {
  readonly drill: string;
  readonly expected: string;
  readonly seen: string;
  readonly isAsExpected: boolean;
}

/** Some faults, and what they must not do. */
export interface Exercise {
  readonly name: string;
  readonly services: readonly string[];
  run(site: Site): Promise<Finding[]>;
}

/** What was seen is not what was expected; the message says what. */
class Differs extends Error {}

export function assertSeen(isAsExpected: boolean, seen: string): void {
  if (!isAsExpected) throw new Differs(seen);
}

/** Runs one drill. @param run returns what it saw; throws where that is not as expected */
export async function find(drill: string, expected: string, run: () => Promise<string>): Promise<Finding> {
  try {
    return { drill, expected, seen: await run(), isAsExpected: true };
  } catch (error) {
    return { drill, expected, seen: (error as Error).message, isAsExpected: false };
  }
}
