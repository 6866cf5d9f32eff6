import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a button carries, and Slack gives back when somebody presses it. */
export interface Question {
  readonly service: string;
  readonly rolloutId: string;
  /** Of the notice: the same press, sent twice, is one decision. */
  readonly eventId: string;
}

export interface Press extends Question {
  readonly answer: 'approve' | 'reject';
  /** Slack's id of who pressed, such as U024BE7LH. */
  readonly userId: string;
  /** Where Slack takes what is to be shown under the message. */
  readonly responseUrl: string;
}

const OLDEST_REQUEST_S = 300;

/**
 * Whether a request is Slack's own.
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
 * @param nowMs the clock, milliseconds since 1970
 */
export function isFromSlack(
  secret: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  nowMs: number,
): boolean {
  const timestamp = String(headers['x-slack-request-timestamp']);
  // A request that somebody has recorded must not be taken a second time.
  if (!(Math.abs(nowMs / 1000 - Number(timestamp)) <= OLDEST_REQUEST_S)) return false;
  const expected = Buffer.from(`v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`);
  const given = Buffer.from(String(headers['x-slack-signature']));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A message with two buttons. Text from a rollout is plain, so that nothing in it links or mentions. */
export function questionMessage(question: Question, text: string): unknown {
  const button = (answer: Press['answer'], label: string, style: string) => ({
    type: 'button',
    action_id: answer,
    style,
    text: { type: 'plain_text', text: label },
    value: JSON.stringify(question),
  });
  return {
    text: `${question.service} waits for a decision`,
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: text.slice(0, 2900), emoji: false } },
      { type: 'actions', elements: [button('approve', 'Approve', 'primary'), button('reject', 'Reject', 'danger')] },
    ],
  };
}

/** @returns null where the form is no press of a button of ours */
export function readPress(body: string): Press | null {
  try {
    const payload = JSON.parse(new URLSearchParams(body).get('payload') ?? '') as {
      user: { id: string };
      response_url: string;
      actions: { action_id: string; value: string }[];
    };
    const { action_id: answer, value } = payload.actions[0] ?? { action_id: '', value: '' };
    if (answer !== 'approve' && answer !== 'reject') return null;
    return { ...(JSON.parse(value) as Question), answer, userId: payload.user.id, responseUrl: payload.response_url };
  } catch {
    return null;
  }
}
