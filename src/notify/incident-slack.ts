import { cutText } from '../domain/cut-text.js';
import type { IncidentNotice, IncidentNoticeEvent } from '../domain/incident.js';
import { escapeSlack, type SlackMessage } from './slack-message.js';

const SIGNS: Record<IncidentNoticeEvent, string> = {
  'incident-opened': ':rotating_light:',
  'incident-escalated': ':rotating_light:',
  'incident-resolved': ':white_check_mark:',
};

/** A message about an incident for one of Slack's incoming webhooks. */
export function incidentSlackMessage(notice: IncidentNotice): SlackMessage {
  const { event, incidentId, service, severity, cause, version, title, openedAt, evidence } = notice;
  const head = `${service}: ${event.replace('-', ' ')} (${severity})`;
  const facts = [
    `since ${openedAt}`,
    ...(cause === null ? [] : [`blamed on ${cause === 'version' ? `version ${version ?? 'unknown'}` : cause}`]),
    ...evidence.slice(0, 5).map(({ message }) => `• ${message}`),
  ];
  const markup = (text: string) => ({ type: 'mrkdwn', text: escapeSlack(text), verbatim: true }) as const;
  return {
    text: escapeSlack(cutText(`${head}: ${title}`)),
    blocks: [
      { type: 'section', text: markup(`${SIGNS[event]} ${head}\n${cutText(title, 500)}`) },
      { type: 'section', text: markup(cutText(facts.join('\n'), 550)) },
      { type: 'context', elements: [markup(`${incidentId}, sluice incidents ack ${incidentId}`)] },
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}
