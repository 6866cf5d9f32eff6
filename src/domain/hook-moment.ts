import type { Phase } from './phase.js';
import type { Hook, HookOf } from './spec/hooks.js';

/** A point of a rollout at which hooks may be asked. */
export type HookMoment =
  | { readonly before: Phase }
  | { readonly after: Phase }
  | { readonly during: Phase }
  /** Of the canary, counted from 0. */
  | { readonly beforeStep: number };

/** What a hook is told of the rollout that asks. */
export interface HookSubject {
  readonly rolloutId: string;
  readonly service: string;
  readonly phase: Phase;
  readonly baseline: string;
  readonly candidate: string;
  readonly weightPercent: number;
}

/** The hooks of one kind at a moment, in the order of the spec. */
export function hooksAt<Kind extends Hook['kind']>(
  hooks: readonly Hook[] | undefined,
  kind: Kind,
  moment: HookMoment,
): HookOf<Kind>[] {
  return (hooks ?? []).filter((hook): hook is HookOf<Kind> => hook.kind === kind && isAt(hook.at, moment));
}

/** For instance `before canary`, `before step 2`: in a ledger, and in what a hook gets. */
export function momentName(moment: HookMoment): string {
  if ('beforeStep' in moment) return `before step ${moment.beforeStep}`;
  if ('before' in moment) return `before ${moment.before}`;
  return 'after' in moment ? `after ${moment.after}` : `during ${moment.during}`;
}

function isAt(at: Hook['at'], moment: HookMoment): boolean {
  if ('beforeStep' in at)
    return 'beforeStep' in moment && (at.beforeStep === 'each' || at.beforeStep === moment.beforeStep);
  if ('before' in at) return 'before' in moment && at.before === moment.before;
  if ('after' in at) return 'after' in moment && at.after === moment.after;
  return 'during' in moment && at.during === moment.during;
}
