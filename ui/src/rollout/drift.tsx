import type { DriftReport, FeatureRank } from '../../../src/domain/report.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { number } from '../format.js';
import { WordBadge } from '../parts/badge.js';
import { Loaded } from '../parts/notice.js';
import { PValue, Quantity } from '../parts/quantity.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { PartOf } from './part.js';

const SHOWN = 12;
/** Of Jensen and Shannon, with natural logarithms: the square root of ln 2. */
const FARTHEST = 0.833;

/** What the candidate was asked against what the baseline was asked, feature by feature. */
export function Drift({ rolloutId, version }: { readonly rolloutId: string; readonly version: number }) {
  const drift = useResource(`drift ${rolloutId}`, (options) => api.getDrift(rolloutId, options), version);
  return (
    <Section title="Drift by feature">
      <Loaded of={drift} what="drift">
        {(answer) => <PartOf part={answer.drift}>{(report) => <Report report={report} />}</PartOf>}
      </Loaded>
    </Section>
  );
}

function Report({ report: { verdict, reason, rows, findings, features } }: { readonly report: DriftReport }) {
  return (
    <>
      <p>
        <WordBadge word={verdict} /> {reason}{' '}
        <span class="faint">
          {number(rows.candidate)} rows against {number(rows.baseline)}
        </span>
      </p>
      {findings.length > 0 && (
        <ul class="small">
          {findings.slice(0, SHOWN).map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      <Table
        caption="Features, the farthest first"
        columns={COLUMNS}
        rows={features.slice(0, SHOWN)}
        rowKey={({ feature }) => feature}
      />
      {features.length > SHOWN && <p class="faint small">{features.length - SHOWN} more are in the report.</p>}
    </>
  );
}

const COLUMNS: readonly Column<FeatureRank>[] = [
  {
    title: 'Feature',
    isHeader: true,
    cell: ({ feature, drifted }) => (
      <>
        {feature} {drifted && <span class="tag bad">drifted</span>}
      </>
    ),
  },
  {
    title: 'Distance',
    isNumber: true,
    cell: ({ distance }) => (
      <>
        {distance !== null && <meter min={0} max={FARTHEST} value={distance} aria-label="Distance" />}{' '}
        <Quantity value={distance} />
      </>
    ),
  },
  { title: 'p', isNumber: true, cell: ({ p }) => <PValue p={p} /> },
  { title: 'Missing', isNumber: true, cell: ({ missingShare }) => <Quantity value={missingShare} unit="share" /> },
];
