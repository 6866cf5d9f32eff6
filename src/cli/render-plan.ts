import { formatShare } from '../domain/quantity.js';
import { formatDuration } from '../plan/format.js';
import type { PlannedApproval, PlannedGuardrail, PlannedStep, PlanWarning, RolloutPlan } from '../plan/rollout-plan.js';
import { plainText } from './output/plain-text.js';
import { PLAIN, type Style } from './output/style.js';
import { type Cell, renderTable } from './render-table.js';

/** What a person reads before they start it: when, who, how much it sees, and what to change. */
export function renderPlan(plan: RolloutPlan, style: Style = PLAIN): string {
  const parts = [
    header(plan, style),
    renderTable(['STEP', 'WEIGHT', 'FROM', 'LASTS', 'REQUESTS', 'AND'], plan.steps.map(stepRow), style),
    sight(plan, style),
    plan.warnings.map((warning) => warningText(warning, style)).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function header(plan: RolloutPlan, style: Style): string {
  const { service, owner, baseline, candidate, startsAt, earliestEnd, expectedEnd } = plan;
  const took = (at: string | null) =>
    at === null ? 'not known' : `${clock(at)}, after ${formatDuration(Date.parse(at) - Date.parse(startsAt))}`;
  const lines = [
    style.bold(plainText(`${service}: ${baseline} -> ${candidate}, owned by ${owner}`)),
    `  traffic   ${trafficText(plan)}`,
    `  start     ${clock(startsAt)}`,
    `  expected  ${took(expectedEnd)}${expectedEnd === null ? '' : ': with the time that samples take; people are taken to answer at once'}`,
    `  earliest  ${took(earliestEnd)}${earliestEnd === null ? '' : ': as if all evidence came at once'}`,
  ];
  if (!plan.areFreezesKnown) lines.push('  freezes   not known without an api: planned as if there were none');
  return lines.join('\n');
}

function trafficText({ traffic: { source, requestsPerSecond, isByHour, since, until } }: RolloutPlan): string {
  if (requestsPerSecond === null) return 'not known';
  const rate = `${amount(requestsPerSecond)} requests/s`;
  if (source === 'given') return `${rate}, as given`;
  const span = since !== null && until !== null ? `, measured ${clock(since)} to ${clock(until)}` : '';
  return `${rate}${span}${isByHour ? ', hour by hour' : ''}`;
}

function stepRow(step: PlannedStep): Cell[] {
  const { title, weightPercent, shadowPercent, earliest, expected, sample } = step;
  const span = expected.from === null ? earliest : expected;
  const lasts =
    span.from === null || span.until === null ? '?' : formatDuration(Date.parse(span.until) - Date.parse(span.from));
  return [
    title,
    shadowPercent > 0 ? `copies ${shadowPercent} %` : `${weightPercent} %`,
    span.from === null ? 'unknown' : clock(span.from),
    lasts === '0s' ? '' : lasts,
    sample === null ? '' : amount(sample.candidate),
    remarks(step).join('; '),
  ];
}

function remarks({ approval, replicas, hooks, heldBy, mostMs, kind }: PlannedStep): string[] {
  return [
    ...(approval === null ? [] : [approvalText(approval)]),
    ...(replicas === null || kind === 'pause' || kind === 'approval' ? [] : [`${replicas} replicas`]),
    ...hooks.map((hook) => `${hook.kind} ${hook.name} ${hook.when} it`),
    ...(heldBy === null ? [] : [`held by ${heldBy}`]),
    ...(mostMs === null ? [] : [`a person decides after ${formatDuration(mostMs)}`]),
  ];
}

function approvalText({ approvers, quorum, fourEyes, timeoutMs, onTimeout, escalate }: PlannedApproval): string {
  const who = approvers === null ? 'anybody' : approvers.join(', ');
  const how = [quorum > 1 ? `${quorum} of them` : null, fourEyes ? 'not who started it' : null].filter(
    (part) => part !== null,
  );
  const more = escalate === null ? '' : `, after ${formatDuration(escalate.afterMs)} also ${escalate.to.join(', ')}`;
  const after = `${onTimeout === 'rollback' ? 'rolled back' : 'held'} after ${formatDuration(timeoutMs)}`;
  return `${who}${how.length === 0 ? '' : ` (${how.join(', ')})`}${more}; ${after}`;
}

/** What each guardrail sees at each weight. */
function sight({ steps, alpha, power, traffic }: RolloutPlan, style: Style): string {
  if (traffic.requestsPerSecond === null) return '';
  const rows = steps.flatMap(({ title, guardrails }) => guardrails.map((guardrail) => guardrailRow(title, guardrail)));
  if (rows.length === 0) return '';
  const head = `What it can see: the smallest regression that is found in ${Math.round(power * 100)} % of cases, at an error budget of ${formatShare(alpha)} each`;
  return `${style.bold(head)}\n${renderTable(['STEP', 'GUARDRAIL', 'SAMPLES', 'FINDS'], rows, style)}`;
}

function guardrailRow(
  title: string,
  { name, isDryRun, samples, isUseful, reason, detectable }: PlannedGuardrail,
): Cell[] {
  const tone = isUseful === null ? 'dim' : isUseful ? 'good' : 'warn';
  return [
    title,
    isDryRun ? `${name} (dry run)` : name,
    samples === null ? '' : amount(Math.min(samples.baseline, samples.candidate)),
    { text: detectable === null ? reason : `from ${reason}`, tone },
  ];
}

function warningText({ step, message, help }: PlanWarning, style: Style): string {
  const place = step === null ? '' : `${step}: `;
  const first = `${style.warn('!')} ${plainText(`${place}${message}`)}`;
  return help === null ? first : `${first}\n  ${style.dim(plainText(`what would do: ${help}`))}`;
}

/** Minutes are enough, and UTC: workers and people may be in different zones. */
function clock(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')}Z`;
}

/** 1234567 reads 1.2M. */
function amount(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (value >= 1e4) return `${Math.round(value / 1000)}k`;
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
