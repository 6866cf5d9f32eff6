import { useState } from 'preact/hooks';
import { clock } from '../format.js';
import type { ChartData } from './chart.js';

const MOST_ROWS = 60;

/** The numbers behind a chart, newest first; made only once somebody opens it. */
export function ChartTable({ data }: { readonly data: ChartData }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="numbers" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        Numbers<span class="hidden"> of {data.title}</span>
      </summary>
      {isOpen && <Rows data={data} />}
    </details>
  );
}

function Rows({ data: { title, times, lines, format } }: { readonly data: ChartData }) {
  const newest = times
    .map((at, index) => ({ at, index }))
    .slice(-MOST_ROWS)
    .reverse();
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Numbers of ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map(({ at, index }) => (
            <tr key={at}>
              <th scope="row">{clock(new Date(at * 1000).toISOString())}</th>
              {lines.map(({ label, values }) => (
                <td key={label} class="number">
                  {format(values[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
