import type { Resource } from '../../domain/spec/monitors/resources.js';

/** One resource of all instances of a target. */
export type ResourceReading =
  /** By instance: the share of its capacity that is in use. */
  | { readonly kind: 'measured'; readonly instances: ReadonlyMap<string, number> }
  | { readonly kind: 'unmeasured'; readonly why: string };

/** What was read of one target. */
export type TargetReading = Readonly<Partial<Record<Resource, ResourceReading>>>;

export const unmeasured = (why: string): ResourceReading => ({ kind: 'unmeasured', why });
