import type { Resource } from '../../domain/spec/monitors/resources.js';

/** One resource of all instances of a target. */
export type ResourceReading =
  | {
      readonly kind: 'measured';
      /** By instance: the share of its capacity that is in use. */
      readonly instances: ReadonlyMap<string, number>;
      /** By instance: why it has no number, though others have. */
      readonly unread: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'unmeasured'; readonly why: string };

/** What was read of one target. */
export type TargetReading = Readonly<Partial<Record<Resource, ResourceReading>>>;

export const measured = (
  instances: ReadonlyMap<string, number>,
  unread: ReadonlyMap<string, string> = new Map(),
): ResourceReading => ({ kind: 'measured', instances, unread });
export const unmeasured = (why: string): ResourceReading => ({ kind: 'unmeasured', why });
