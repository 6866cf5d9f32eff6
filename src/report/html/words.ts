import type { Part } from '../../domain/report.js';
import type { RolloutStatus } from '../../domain/rollout-state.js';
import { timeText } from '../format.js';
import { type Content, html, type Markup } from './markup.js';

/** A verdict in a word and a mark, so that nothing depends on its colour. */
export function verdictMark(verdict: string): Markup {
  switch (verdict) {
    case 'pass':
    case 'superior':
    case 'promote':
      return html`<span class="verdict pass">✔ ${verdict}</span>`;
    case 'fail':
    case 'inferior':
    case 'void':
    case 'critical':
    case 'rollback':
      return html`<span class="verdict fail">✘ ${verdict}</span>`;
    case 'non-inferior':
      return html`<span class="verdict pass">≈ ${verdict}</span>`;
    default:
      return html`<span class="verdict">○ ${verdict}</span>`;
  }
}

export function statusMark(status: RolloutStatus): Markup {
  switch (status) {
    case 'promoted':
      return html`<span class="verdict pass">✔ ${status}</span>`;
    case 'aborted':
    case 'rolled-back':
    case 'failed':
      return html`<span class="verdict fail">✘ ${status}</span>`;
    case 'progressing':
    case 'waiting':
    case 'paused':
      return html`<span class="verdict">○ ${status}</span>`;
  }
}

export function timeMark(at: string | null): Content {
  return at === null ? '–' : html`<time datetime="${at}">${timeText(at)}</time>`;
}

/** The section's own id is what the table of contents leads to. */
export function section<T>(id: string, title: string, { data, note }: Part<T>, body: (data: T) => Content): Markup {
  const content =
    data === null
      ? html`<p class="none">${note}</p>`
      : [note === null ? null : html`<p class="note">${note}</p>`, body(data)];
  return html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>
${content}</section>`;
}
