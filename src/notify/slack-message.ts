import { cutText } from '../domain/cut-text.js';
import type { Notice, NoticeEvent } from '../domain/notice.js';

/** Text that Slack reads as its own markup; `verbatim` keeps it from making links and mentions of names and addresses. */
interface Markup {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

type Block =
  | { readonly type: 'section'; readonly text?: Markup; readonly fields?: readonly Markup[] }
  | { readonly type: 'context'; readonly elements: readonly Markup[] };

export interface SlackMessage {
  /** What notifications and screen readers show. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

const SIGNS: Partial<Record<NoticeEvent, string>> = {
  waiting: ':raised_hand:',
  held: ':raised_hand:',
  escalated: ':raised_hand:',
  promoted: ':white_check_mark:',
  completed: ':white_check_mark:',
  'rolled-back': ':leftwards_arrow_with_hook:',
  aborted: ':octagonal_sign:',
  failed: ':x:',
  'break-glass': ':rotating_light:',
};

/** Findings shown; the ledger has all. */
const MOST_FINDINGS = 5;

/**
 * A message for one of Slack's incoming webhooks.
 * Source: https://docs.slack.dev/reference/block-kit (a section's text has at most 3000 characters, a field's 2000)
 */
export function slackMessage(notice: Notice): SlackMessage {
  const { event, service, candidate, baseline, rolloutId, phase, weightPercent, actor, reason, owner } = notice;
  const sign = SIGNS[event] ?? ':large_blue_circle:';
  const title = `${service} ${candidate}: ${event}`;
  const findings = notice.evidence
    .slice(0, MOST_FINDINGS)
    .map((finding) => `• ${finding.verdict}${finding.dryRun ? ' (dry run)' : ''}: ${finding.reason}`);
  return {
    text: escapeSlack(`${title}: ${cutText(reason, 300)}`),
    blocks: [
      { type: 'section', text: markup(`${sign} *${escapeSlack(title)}*\n${escapeSlack(cutText(reason, 500))}`) },
      {
        type: 'section',
        fields: [
          field('Versions', `${baseline} → ${candidate}`),
          field('Traffic', `${weightPercent} % in phase ${phase}`),
          field('By', actor),
          field('Owner', owner),
        ],
      },
      ...(findings.length === 0 ? [] : [section(cutText(findings.join('\n'), 550))]),
      { type: 'context', elements: [markup(escapeSlack(rolloutId))] },
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/**
 * Takes the power from a text: no markup, link or mention remains.
 * @returns at most five times as long
 */
export function escapeSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=channel|here|everyone|group)/gi, '@\u2060');
}

function field(name: string, value: string): Markup {
  return markup(`*${name}*\n${escapeSlack(cutText(value, 300))}`);
}

function section(text: string): Block {
  return { type: 'section', text: markup(escapeSlack(text)) };
}

function markup(text: string): Markup {
  return { type: 'mrkdwn', text, verbatim: true };
}
