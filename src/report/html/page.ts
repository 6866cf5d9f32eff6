import { createHash } from 'node:crypto';
import type { Report } from '../../domain/report.js';
import { plain } from '../plain.js';
import { createDraw } from './figure.js';
import { html, trusted } from './markup.js';
import { decisions, incidents, phases, summary, weights } from './sections/course.js';
import { experiments, impact } from './sections/effects.js';
import { guardrails, latency, performance } from './sections/measurements.js';
import { confusion, drift } from './sections/model.js';
import { models, spec } from './sections/sources.js';
import { STYLE } from './style.js';

/** No scripts, nothing from elsewhere, and no styles but the one sheet: whatever got into the page as markup would do nothing. */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

const CONTENTS = [
  ['phases', 'Phases'],
  ['decisions', 'Decisions'],
  ['weights', 'Weight'],
  ['guardrails', 'Guardrails'],
  ['ab', 'A/B evaluation'],
  ['impact', 'Impact'],
  ['latency', 'Latency'],
  ['performance', 'Performance'],
  ['drift', 'Drift'],
  ['confusion', 'Confusion matrices'],
  ['incidents', 'Incidents'],
  ['models', 'Models'],
  ['spec', 'Spec'],
] as const;

/** The report as one file of HTML that needs nothing else. */
export function renderPage(report: Report): string {
  const { rollout, schema } = report;
  const draw = createDraw();
  const title = `${plain(rollout.service)}: ${plain(rollout.baseline)} → ${plain(rollout.candidate)}, ${rollout.status}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>${title}</title><style>${trusted(STYLE)}</style></head>
<body>${summary(report)}
<nav aria-label="Sections"><ul>${CONTENTS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>${phases(report)}${decisions(report)}${weights(report, draw)}${guardrails(report, draw)}${experiments(report, draw)}${impact(report, draw)}
${latency(report, draw)}${performance(report, draw)}${drift(report, draw)}${confusion(report)}${incidents(report)}${models(report)}${spec(report)}</main>
<footer><p class="note">Made by Sluice; the JSON twin (${schema}) has the same numbers.</p></footer></body></html>
`;
  return page.markup;
}
