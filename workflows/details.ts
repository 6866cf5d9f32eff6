import { describeApproval } from '../src/domain/approval.js';
import type { ImpactCourse, ImpactState } from '../src/domain/impact-state.js';
import { PHASE_TITLES, PHASES } from '../src/domain/phase.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { Evidence } from '../src/domain/verdict.js';

/** The view as Markdown, for the Web UI: where it stands, what it waits for, and the command that answers. */
export function rolloutDetails(state: RolloutState): string {
  const { service, baseline, candidate, weightPercent, shadowPercent } = state;
  const sections = [
    `### ${service}: ${baseline} → ${candidate} is ${state.status}`,
    `${text(state.reason)}`,
    `Candidate weight **${weightPercent} %**, shadow **${shadowPercent} %**, verdict **${state.verdict}**, epoch ${state.epoch}, owned by ${text(state.owner)}.`,
  ];
  if (state.paused) sections.push(`Paused by ${text(state.paused.actor)}: ${text(state.paused.reason)}`);
  if (state.waiting) {
    const until = state.waiting.until === null ? 'until somebody decides' : `until ${state.waiting.until}`;
    sections.push(`**Waits** (${state.waiting.kind}) ${until}: ${text(state.waiting.note)}`);
  }
  if (state.approval) sections.push(`**Approved** ${text(describeApproval(state.approval))}`);
  sections.push(`Report: \`sluice report ${state.rolloutId} -o report.html\``);
  if (state.eta) sections.push(`Through at the earliest: ${state.eta}`);
  if (state.pending?.length) sections.push(`Cleanup pending: ${text(state.pending.join(', '))}`);
  const commands = answersTo(state);
  if (commands.length > 0) sections.push(['```', ...commands, '```'].join('\n'));
  sections.push(modelTable(state));
  const phases = PHASES.map((phase) => {
    const { status, note } = state.phases[phase];
    const step = phase === 'canary' && state.step !== null ? ` (step ${state.step + 1} of ${state.stepCount})` : '';
    return `| ${PHASE_TITLES[phase]}${step} | ${status} | ${text(note)} |`;
  });
  sections.push(
    ['| phase | status | found |', '| --- | --- | --- |', ...phases].join('\n'),
    evidenceTable(state.evidence),
  );
  return sections.filter((section) => section !== '').join('\n\n');
}

/** Which artifacts the versions are, where a registry knows them. */
function modelTable({ models, baseline, candidate }: RolloutState): string {
  if (!models) return '';
  const rows = [['baseline', baseline] as const, ['candidate', candidate] as const].map(([arm, label]) => {
    const known = models[arm];
    return `| ${arm} | ${models.model}:${label} | ${known?.id ?? 'not registered'} | ${known?.digest ?? ''} |`;
  });
  return ['| model | version | id | digest |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The commands that answer what it waits for, to be copied. */
function answersTo({ service, waiting, paused }: RolloutState): string[] {
  if (paused) return [`sluice resume ${service}`];
  switch (waiting?.kind) {
    case 'approval':
    case 'hold':
      return [`sluice approve ${service} --reason "…"`, `sluice reject ${service} --reason "…"`];
    case 'freeze':
      return [`sluice break-glass ${service} --reason "…"`];
    case 'delay':
    case 'bake':
    case 'samples':
      return [`sluice promote ${service} --reason "…"`, `sluice extend ${service} --for 1h`];
    case 'warm-baseline':
      return [`sluice rollback ${service} --reason "…"`];
    case 'confirm':
    case 'scaling':
    case 'rollback':
    case undefined:
      return [];
  }
}

export function impactDetails(state: ImpactState): string {
  const { course } = state;
  const sections = [
    `### Impact analysis is ${state.status}`,
    `Observed until ${state.until}; verdict **${course?.impact ?? state.verdict}**.`,
    ...(course ? courseLines(course) : []),
    evidenceTable(state.evidence),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function courseLines({ looks, nextLookAt, hypothesis, holdback, done, notes }: ImpactCourse): string[] {
  const next = nextLookAt === null ? 'no look follows' : `the next look is at ${nextLookAt}`;
  const held = holdback === null ? '' : ` ${holdback} % of the units are held back.`;
  const said =
    hypothesis === null
      ? ''
      : `Expected: ${text(hypothesis.statement)} (**${hypothesis.outcome}**: ${text(hypothesis.reason)})`;
  return [`${looks} looks so far; ${next}.${held}`, said, ...[...done, ...notes].map((line) => `- ${text(line)}`)];
}

function evidenceTable(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return '';
  const rows = evidence.map((e) => `| ${e.metric} | ${e.verdict}${e.dryRun ? ' (dry run)' : ''} | ${text(e.reason)} |`);
  return ['| guardrail | verdict | numbers |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Text from people and servers must not break out of its table cell or become a link. */
export function text(value: string): string {
  return value.replace(/[|<>[\]`\\]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
