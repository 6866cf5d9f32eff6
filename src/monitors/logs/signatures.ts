import { isErrorLevel, type LogCategory, OTHER_TEMPLATE } from '../../domain/log-line.js';
import type { LogCount, LogTemplate } from '../../ports/log-store.js';
import { mergeAlike } from './alike.js';
import { categoryOf } from './categories.js';

/** An error, by the template of its message. */
export interface Signature {
  readonly id: string;
  readonly text: string;
  readonly category: LogCategory;
  readonly sample: string;
  /** ISO; null where it is not kept. */
  readonly firstSeen: string | null;
  /** Errors by version. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Lines of a version, and how many of them are errors. */
export interface VersionLines {
  readonly lines: number;
  readonly errors: number;
}

/** The errors in counts, the most frequent first. Templates that say the same are one signature. */
export function signaturesOf(counts: readonly LogCount[], templates: readonly LogTemplate[]): Signature[] {
  const standsFor = mergeAlike(templates);
  const byId = new Map<string, { template: LogTemplate | null; errors: Map<string, number> }>();
  for (const { templateId, version, level, lines } of counts) {
    if (!isErrorLevel(level)) continue;
    const template = standsFor.get(templateId) ?? null;
    const id = template?.id ?? OTHER_TEMPLATE;
    const signature = byId.get(id) ?? { template, errors: new Map<string, number>() };
    signature.errors.set(version, (signature.errors.get(version) ?? 0) + lines);
    byId.set(id, signature);
  }
  return [...byId].map(([id, one]) => signatureOf(id, one.template, one.errors)).toSorted(byFrequency);
}

export function totalOf({ errors }: Signature): number {
  return [...errors.values()].reduce((sum, one) => sum + one, 0);
}

/** By version, those of no known one under the empty name. */
export function linesByVersion(counts: readonly LogCount[]): Map<string, VersionLines> {
  const byVersion = new Map<string, VersionLines>();
  for (const { version, level, lines } of counts) {
    const before = byVersion.get(version) ?? { lines: 0, errors: 0 };
    const errors = before.errors + (isErrorLevel(level) ? lines : 0);
    byVersion.set(version, { lines: before.lines + lines, errors });
  }
  return byVersion;
}

function signatureOf(id: string, template: LogTemplate | null, errors: ReadonlyMap<string, number>): Signature {
  const text = template?.text ?? 'messages whose templates are not kept';
  return {
    id,
    text,
    category: template === null ? 'other' : categoryOf(text),
    sample: template?.sample ?? '',
    firstSeen: template?.firstSeen ?? null,
    errors,
  };
}

function byFrequency(a: Signature, b: Signature): number {
  return totalOf(b) - totalOf(a) || (a.id < b.id ? -1 : 1);
}
