import { DAY_MS } from './duration.js';
import type { FeedbackKind } from './observation.js';

/** Clocks of users and label sources may be this far ahead of ours. */
export const FEEDBACK_AHEAD_MS = 5 * 60_000;

/** Milliseconds by kind. */
export type LateWindows = Readonly<Record<FeedbackKind, number>>;

/** How long feedback is waited for: true labels take their time. What comes later is kept, and counted as late. */
export const LATE_AFTER_MS: LateWindows = {
  label: 30 * DAY_MS,
  thumb: 7 * DAY_MS,
  rating: 7 * DAY_MS,
  survey: 7 * DAY_MS,
  conversion: 7 * DAY_MS,
  revenue: 7 * DAY_MS,
  'continued-use': 7 * DAY_MS,
  click: 7 * DAY_MS,
};

export type Scale = readonly [least: number, greatest: number];

/** Of ratings that say no other. */
export const RATING_SCALE: Scale = [1, 5];

/** Questions whose scale is known by their name: would recommend, satisfaction, effort. */
export const SURVEY_SCALES: Readonly<Record<string, Scale>> = { nps: [0, 10], csat: [1, 5], ces: [1, 7] };

let currencies: ReadonlySet<string> | null = null;

/** Whether this is a code of ISO 4217, as the runtime's Unicode data know them; codes of the past are among them. */
export function isCurrency(code: string): boolean {
  currencies ??= new Set(Intl.supportedValuesOf('currency'));
  return currencies.has(code);
}
