import type { Report } from '../../../domain/report.js';
import { plain } from '../../plain.js';
import { html, type Markup } from '../markup.js';
import { table } from '../table.js';
import { section } from '../words.js';

/** Which artifacts the versions are. */
export function models({ models: known, rollout }: Report): Markup {
  return section('models', 'Models and digests', known, (data) =>
    table(
      `Versions of ${plain(data.model)}`,
      [
        { name: 'arm', cell: ({ arm }) => arm },
        { name: 'version', cell: ({ version }) => plain(version) },
        { name: 'id', cell: ({ model }) => model?.id ?? 'not registered' },
        { name: 'digest', isLong: true, cell: ({ model }) => model?.digest ?? '–' },
      ],
      [
        { arm: 'baseline', version: rollout.baseline, model: data.baseline },
        { arm: 'candidate', version: rollout.candidate, model: data.candidate },
      ],
    ),
  );
}

export function spec({ spec: given }: Report): Markup {
  return section(
    'spec',
    'Spec',
    given,
    (data) =>
      html`<details class="open"><summary>The spec as JSON</summary><pre>${linesOf(data).join('\n')}</pre></details>`,
  );
}

function linesOf(spec: unknown): string[] {
  return JSON.stringify(spec, null, 2)
    .split('\n')
    .map((line) => plain(line, 2000));
}
