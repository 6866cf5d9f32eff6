import { cutText } from '../domain/cut-text.js';
import type { IncidentEvidence } from '../domain/incident.js';
import type { Finding, MonitorReading, MonitorValue } from '../domain/monitor.js';
import type { MonitorFrame, MonitorRule } from '../domain/spec/monitors/frame.js';

/** Since when something has been so, and when that was last seen. Plain JSON, kept from run to run. */
interface Ongoing {
  readonly since: string;
  readonly seenAt: string;
}
export type RulePast = Readonly<Record<string, Ongoing>>;

/** What a rule says of one subject now. */
export interface Trouble {
  readonly key: string;
  readonly since: string;
  readonly rule: MonitorRule;
  readonly cause: Finding['cause'];
  readonly version: string | null;
  readonly subject: string | null;
  readonly title: string;
  readonly evidence: IncidentEvidence;
}

export interface RuleOutcome {
  /** Has been so for as long as its rule asks. Worst first. */
  readonly firing: readonly Trouble[];
  /** Whether it is known that a trouble is over. What can't be measured now is not. */
  readonly isOver: (key: string) => boolean;
  /** For the next run. */
  readonly past: RulePast;
  /** Metrics that rules ask for and that have no value: what they would say is unknown. */
  readonly missing: readonly string[];
}

type Found = Omit<Trouble, 'since'>;
type Frame = Pick<MonitorFrame, 'service' | 'name' | 'every' | 'timeout' | 'rules'>;

/** More troubles of one monitor than anybody reads. */
const MOST_TROUBLES = 100;
/** With so many, a reading may have had more. */
const MOST_FINDINGS = 100;
/** Runs that may be missed before what was so has to begin anew: nobody knows what was between. */
const MISSED_RUNS = 3;

/**
 * What the rules of a monitor say of its newest reading.
 * @param past what the run before left; empty at the first
 */
export function evaluateRules(frame: Frame, reading: MonitorReading, past: RulePast): RuleOutcome {
  const isKnown = reading.verdict !== 'inconclusive' && reading.findings.length < MOST_FINDINGS;
  const found = new Map<string, Found>();
  const seen = new Set<string>();
  const fine = new Set<string>();
  const unknown = new Set<string>();
  const missing: string[] = [];
  const blind: string[] = [];
  for (const rule of frame.rules) {
    const looked = lookAt(rule, reading, (what) => keyOf(frame, rule, what));
    for (const one of looked.found) {
      seen.add(one.key);
      if (found.size < MOST_TROUBLES) found.set(one.key, one);
    }
    for (const key of looked.fine) fine.add(key);
    for (const key of looked.unknown) unknown.add(key);
    if (rule.metric !== undefined && !looked.isMeasured) {
      missing.push(rule.metric);
      blind.push(keyOf(frame, rule, ''));
    }
  }
  const troubles = [...found.values()].map((one) => ({ ...one, since: sinceWhen(frame, reading.at, past[one.key]) }));
  const isUnknown = (key: string) => !isKnown || unknown.has(key) || blind.some((rule) => key.startsWith(rule));
  // What had no room among the found goes on all the same.
  const isOver = (key: string) => !seen.has(key) && (fine.has(key) || !isUnknown(key));
  const kept = Object.entries(past).filter(([key]) => !found.has(key) && !isOver(key));
  return {
    firing: troubles.filter(({ rule, since }) => elapsed(since, reading.at) >= rule.for).sort(worstFirst),
    isOver,
    past: Object.fromEntries([
      ...kept.slice(0, MOST_TROUBLES),
      ...troubles.map(({ key, since }) => [key, { since, seenAt: reading.at }] as const),
    ]),
    missing: [...new Set(missing)],
  };
}

interface Looked {
  readonly found: readonly Found[];
  /** Measured, and within the limits. */
  readonly fine: readonly string[];
  /** Not measured this time. */
  readonly unknown: readonly string[];
  readonly isMeasured: boolean;
}

function lookAt(rule: MonitorRule, reading: MonitorReading, key: (what: string) => string): Looked {
  if (rule.metric !== undefined) return lookAtValues(rule, reading, key);
  if (rule.finding !== undefined) {
    const found = reading.findings.filter((one) => fits(rule, one)).map((one) => ofFinding(rule, one, key(one.key)));
    return { found, fine: [], unknown: [], isMeasured: true };
  }
  const found = reading.verdict === 'inconclusive' ? [ofSilence(rule, reading, key(''))] : [];
  return { found, fine: [], unknown: [], isMeasured: true };
}

function lookAtValues(rule: MonitorRule, { values }: MonitorReading, key: (what: string) => string): Looked {
  const asked = values.filter((one) => one.metric === rule.metric && isAbout(rule, one));
  const keyOfValue = ({ subject, version }: MonitorValue) => key(`${subject ?? ''} ${version ?? ''}`);
  const measured = asked.filter((one) => one.value !== null);
  const broken = measured.filter((one) => limitBroken(rule, one.value) !== null);
  return {
    found: broken.map((one) => ofValue(rule, one, keyOfValue(one))),
    fine: measured.filter((one) => !broken.includes(one)).map(keyOfValue),
    unknown: asked.filter((one) => one.value === null).map(keyOfValue),
    isMeasured: measured.length > 0,
  };
}

function isAbout(rule: MonitorRule, { subject, version }: Pick<Finding, 'subject' | 'version'>): boolean {
  return (
    (rule.subject === undefined || rule.subject === subject) && (rule.version === undefined || rule.version === version)
  );
}

function fits(rule: MonitorRule, finding: Finding): boolean {
  const { severity, cause } = finding;
  return severity === rule.finding && (rule.cause === undefined || rule.cause === cause) && isAbout(rule, finding);
}

function limitBroken({ min, max }: MonitorRule, value: number | null): { limit: number; how: string } | null {
  if (value === null) return null;
  if (min !== undefined && value < min) return { limit: min, how: 'below' };
  if (max !== undefined && value > max) return { limit: max, how: 'above' };
  return null;
}

function ofFinding(rule: MonitorRule, finding: Finding, key: string): Found {
  const { cause, version, subject, value, limit } = finding;
  const message = cutText(finding.message);
  const evidence = { what: subject ?? finding.key, message, value, limit, samples: null };
  return { key, rule, cause, version, subject, title: message, evidence };
}

function ofValue(rule: MonitorRule, given: MonitorValue, key: string): Found {
  const { metric, subject, version, value, samples } = given;
  const { limit = null, how = '' } = limitBroken(rule, value) ?? {};
  const name = [metric, ...(subject === null ? [] : [`of ${subject}`]), ...(version === null ? [] : [`of ${version}`])];
  const title = cutText(`${name.join(' ')} is ${value}, ${how} ${limit} (${samples} samples)`);
  const evidence = { what: metric, message: title, value, limit, samples };
  // What belongs to no one version is nobody's fault.
  return { key, rule, cause: version === null ? 'environment' : 'version', version, subject, title, evidence };
}

function ofSilence(rule: MonitorRule, { monitor, reason }: MonitorReading, key: string): Found {
  const title = cutText(`${monitor} can't say anything: ${reason}`);
  const evidence = { what: 'reading', message: title, value: null, limit: null, samples: null };
  return { key, rule, cause: 'environment', version: null, subject: null, title, evidence };
}

/** Names the rule by what it says, so that it stays itself when rules before it come and go. */
function keyOf({ service, name }: Frame, rule: MonitorRule, what: string): string {
  const { metric, min, max, finding, cause, unmeasured, action, for: forMs } = rule;
  const condition = metric === undefined ? (finding ?? `unmeasured ${unmeasured}`) : `${metric} ${min} ${max}`;
  return cutText(`monitor/${service}/${name}/${condition} ${cause ?? ''} ${forMs} ${action}/${what}`, 1000);
}

function sinceWhen({ every, timeout }: Frame, at: string, before: Ongoing | undefined): string {
  if (before === undefined) return at;
  return elapsed(before.seenAt, at) <= MISSED_RUNS * every + timeout ? before.since : at;
}

/** Clocks of workers differ: what seems to lie in the future has just been. */
function elapsed(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

function worstFirst(a: Trouble, b: Trouble): number {
  return Number(b.rule.severity === 'critical') - Number(a.rule.severity === 'critical');
}
