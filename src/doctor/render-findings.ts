import type { Facts } from './facts.js';
import type { Finding, Severity } from './finding.js';

const MARKS: Record<Severity, string> = { error: '✖', warning: '!', info: 'i' };

/** Findings by service, what concerns no single one first, each with what to do; then how many there are, and what was looked at. */
export function renderFindings(findings: readonly Finding[], facts: Facts): string {
  const lines: string[] = [];
  let group: string | undefined;
  for (const { service, severity, code, problem, remedy } of findings) {
    const title = service ?? 'installation';
    if (title !== group) lines.push(title);
    group = title;
    lines.push(`  ${MARKS[severity]} ${severity.padEnd(7)} ${problem} (${code})`, `    → ${remedy}`);
  }
  return [...lines, summaryOf(findings, facts)].join('\n');
}

function summaryOf(findings: readonly Finding[], { gateways, store, temporal }: Facts): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const read = gateways.filter(({ report }) => report.kind === 'read').length;
  const running = temporal.kind === 'read' ? `${temporal.value.rollouts.length} rollouts run` : 'Temporal not read';
  const looked = `${read} of ${gateways.length} gateways read, store ${store.kind}, ${running}`;
  if (findings.length === 0) return `nothing wrong: ${looked}`;
  return `${count('error')} errors, ${count('warning')} warnings: ${looked}`;
}
