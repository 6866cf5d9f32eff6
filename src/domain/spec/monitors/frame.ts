import { z } from 'zod';
import { HOUR_MS, WEEK_MS } from '../../duration.js';
import { duration } from '../duration.js';
import { notify } from '../notify.js';
import { serviceName, versionName } from '../target.js';

const SHORTEST_EVERY_MS = 10_000;
const LONGEST_EVERY_MS = WEEK_MS;

const severity = z.enum(['critical', 'warning']);
const action = z.enum(['rollback', 'pause', 'note']);
const text = z.string().min(1).max(300);

const rule = z
  .strictObject({
    metric: text.optional().describe('A value that the monitor measures, with min or max.'),
    min: z.number().optional().describe('Below it there is trouble.'),
    max: z.number().optional().describe('Above it there is trouble.'),
    finding: severity.optional().describe('Instead of a metric: what the monitor itself finds to be so bad.'),
    cause: z.enum(['version', 'environment']).optional().describe('With finding: only what is blamed on it.'),
    unmeasured: z.literal(true).optional().describe('Instead of a metric: the monitor can’t say anything.'),
    subject: text
      .optional()
      .describe('Only of this feature, dependency, instance or signature. Default: each by itself.'),
    version: versionName.optional().describe('Only of this version. Default: each by itself.'),
    for: duration.optional().describe('How long it must have been so. Default: once is enough.'),
    severity: severity.optional().describe('Of the incident. Default: critical, of a note warning.'),
    action: action
      .default('note')
      .describe(
        'What the service’s rollout hears: its rollback.alerts decide. A note is an incident and nothing else.',
      ),
  })
  .superRefine((given, ctx) => checkRule(given, (path, message) => ctx.addIssue({ code: 'custom', path, message })))
  .transform(({ severity: given, for: forMs = 0, ...rest }) => ({
    ...rest,
    for: forMs,
    severity: given ?? (rest.action === 'note' ? ('warning' as const) : ('critical' as const)),
  }));
export type MonitorRule = z.output<typeof rule>;

/** What is so bad that the monitor says so itself goes back, where it is the version's fault; the environment's holds. */
const DEFAULT_RULES = [
  { finding: 'critical', cause: 'version', action: 'rollback' },
  { finding: 'critical', cause: 'environment', action: 'pause' },
  { finding: 'warning', action: 'note' },
] as const satisfies readonly z.input<typeof rule>[];

const escalation = z.strictObject({
  after: duration.describe('Since the incident began, with nobody having acknowledged it.'),
  notify: notify.min(1).describe('Who is told then.'),
});

/** What every kind of monitor has. */
export const monitorFrame = {
  sluice: z.literal('monitor/v1'),
  name: serviceName.describe('One monitor of a name for each service.'),
  service: serviceName.describe('The service that it watches, and whose rollout hears of it.'),
  every: duration
    .refine((ms) => ms >= SHORTEST_EVERY_MS && ms <= LONGEST_EVERY_MS, 'expected 10s to 7d')
    .describe('How often it runs; a run that is still under way is not doubled.'),
  timeout: duration
    .prefault('1m')
    .refine((ms) => ms >= 1000 && ms <= HOUR_MS, 'expected 1s to 1h')
    .describe('A run that takes longer is inconclusive.'),
  rules: z
    .array(rule)
    .max(50)
    .prefault([...DEFAULT_RULES])
    .describe(
      'What becomes an incident. Default: critical findings (rollback; of the environment pause) and warnings.',
    ),
  notify: notify.optional().describe('Who is told of its incidents.'),
  escalate: z
    .array(escalation)
    .max(5)
    .optional()
    .describe('Who is told besides, when nobody acknowledges an incident.'),
  keep: duration.prefault('7d').describe('How long its readings are kept; at most 1,000 of them.'),
};

/** What of a monitor does not depend on its kind. */
export interface MonitorFrame {
  readonly name: string;
  readonly service: string;
  readonly every: number;
  readonly timeout: number;
  readonly rules: readonly MonitorRule[];
  readonly notify?: z.output<typeof notify> | undefined;
  readonly escalate?: readonly z.output<typeof escalation>[] | undefined;
  readonly keep: number;
}

interface GivenRule {
  readonly metric?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly finding?: string | undefined;
  readonly cause?: string | undefined;
  readonly unmeasured?: true | undefined;
  readonly subject?: string | undefined;
  readonly version?: string | undefined;
  readonly severity?: string | undefined;
  readonly action: string;
}

function checkRule(given: GivenRule, refuse: (path: string[], message: string) => void): void {
  const { metric, min, max, finding, cause, unmeasured, subject, version, severity, action } = given;
  if ([metric, finding, unmeasured].filter((one) => one !== undefined).length !== 1)
    return refuse([], 'expected exactly one of metric, finding and unmeasured');
  const hasLimit = min !== undefined || max !== undefined;
  if (metric !== undefined && !hasLimit) refuse([], 'a limit is missing: min or max');
  if (metric === undefined && hasLimit) refuse([], 'min and max belong to a metric');
  if (min !== undefined && max !== undefined && min > max) refuse(['min'], `min ${min} is above max ${max}`);
  if (finding === undefined && cause !== undefined) refuse(['cause'], 'cause belongs to finding');
  if (unmeasured && (subject ?? version) !== undefined) refuse([], 'unmeasured is of the monitor as a whole');
  if (unmeasured && action === 'rollback')
    refuse(['action'], 'not knowing is no reason to roll back: expected pause or note');
  if (action === 'rollback' && severity === 'warning')
    refuse(['severity'], 'a rollout notes what is not critical: a rule that rolls back is critical');
}
