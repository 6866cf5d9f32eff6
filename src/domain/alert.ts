import type { Rollback } from './spec/rollback.js';

/** An alert of a monitoring system, as Alertmanager words it. */
export interface Alert {
  /** The same alert again (a reminder, a second sender) has the same id. */
  readonly id: string;
  readonly status: 'firing' | 'resolved';
  /** `alertname` and `severity` among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

export type AlertAction = Rollback['alerts'][number]['action'];

/** What an alert does: as the first rule says that fits, else it is noted. */
export function alertAction(rules: Rollback['alerts'], { labels }: Alert): AlertAction {
  const fits = rules.find(({ match }) =>
    Object.entries(match).every(([name, wanted]) => {
      const value = labels[name];
      return value !== undefined && (typeof wanted === 'string' ? value === wanted : wanted.includes(value));
    }),
  );
  return fits?.action ?? 'note';
}

const MOST_LABELS = 50;
const LONGEST = 300;

/** What of a signal's argument is an alert; null where it is none. Bounded, since it may come from anybody. */
export function alertFrom(given: unknown): Alert | null {
  if (typeof given !== 'object' || given === null) return null;
  const { id, status, labels, summary } = given as Record<string, unknown>;
  if (typeof id !== 'string' || id === '' || (status !== 'firing' && status !== 'resolved')) return null;
  const pairs = typeof labels === 'object' && labels !== null ? Object.entries(labels).slice(0, MOST_LABELS) : [];
  const texts = pairs.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.slice(0, LONGEST), value.slice(0, LONGEST)] as const] : [],
  );
  return {
    id: id.slice(0, LONGEST),
    status,
    labels: Object.fromEntries(texts),
    summary: typeof summary === 'string' ? summary.slice(0, LONGEST) : '',
  };
}
