import { comparisonOf } from '../../../src/domain/comparison.js';
import { metricUnit } from '../../../src/domain/metric.js';
import { formatQuantity } from '../../../src/domain/quantity.js';
import type { Evidence } from '../../../src/domain/verdict.js';
import { number, reasonOf } from '../format.js';
import { WordBadge } from '../parts/badge.js';
import { Empty } from '../parts/notice.js';
import { Quantity } from '../parts/quantity.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';

/** Each guardrail's last verdict, with the numbers it rests on. */
export function Guardrails({ evidence }: { readonly evidence: readonly Evidence[] }) {
  return (
    <Section title="Guardrails" aside={<span class="faint">{evidence.length}</span>}>
      {evidence.length === 0 ? (
        <Empty>Nothing has been judged yet.</Empty>
      ) : (
        <Table
          caption="Guardrails, worst first"
          columns={COLUMNS}
          rows={sorted(evidence)}
          rowKey={(_, at) => String(at)}
        />
      )}
    </Section>
  );
}

const RANK = { fail: 0, inconclusive: 1, pass: 2 } as const;
const sorted = (evidence: readonly Evidence[]) => evidence.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);

const COLUMNS: readonly Column<Evidence>[] = [
  {
    title: 'Metric',
    isHeader: true,
    cell: ({ metric, segment, dryRun, reason }) => (
      <>
        {metric} {segment !== undefined && <span class="tag">{segment}</span>}
        {dryRun && <span class="tag">dry run</span>}
        <div class="faint small">{reasonOf({ metric, reason })}</div>
      </>
    ),
  },
  { title: 'Verdict', cell: ({ verdict }) => <WordBadge word={verdict} /> },
  { title: 'Baseline', isNumber: true, cell: ({ metric, baseline }) => arm(metric, baseline) },
  { title: 'Candidate', isNumber: true, cell: ({ metric, candidate }) => arm(metric, candidate) },
  { title: 'Bound', cell: (one) => <Bound evidence={one} />, kind: 'bound' },
];

function arm(metric: string, { value, samples }: Evidence['baseline']) {
  return (
    <>
      <Quantity value={value} unit={metricUnit(metric)} />
      <div class="faint small">{number(samples)} samples</div>
    </>
  );
}

/** How near the bound is to its limit, as a bar and in words. */
function Bound({ evidence }: { readonly evidence: Evidence }) {
  const compared = comparisonOf(evidence);
  if (compared === null) return <span class="faint">no bound yet</span>;
  const { bound, limit, unit, of } = compared;
  const most = Math.max(Math.abs(limit), Math.abs(bound)) * 1.15 || 1;
  const x = (value: number) => 60 + (value / most) * 58;
  const words = `${of}${formatQuantity(bound, unit)}, limit ${formatQuantity(limit, unit)}`;
  return (
    <div title={`${evidence.rule}, alpha ${number(evidence.alpha)}`}>
      <svg class="bullet" viewBox="0 0 120 14" role="img" aria-label={`bound: ${words}`}>
        <line x1="0" y1="7" x2="120" y2="7" class="axis" />
        <rect x={Math.min(x(0), x(bound))} y="4" width={Math.abs(x(bound) - x(0))} height="6" class="reach" />
        <line x1={x(0)} y1="2" x2={x(0)} y2="12" class="zero" />
        <line x1={x(limit)} y1="0" x2={x(limit)} y2="14" class="margin" />
      </svg>
      <div class="faint small">
        {of}
        <Quantity value={bound} unit={unit} />, limit <Quantity value={limit} unit={unit} />
      </div>
    </div>
  );
}
