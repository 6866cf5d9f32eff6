import { readFile } from 'node:fs/promises';
import axios from 'axios';
import Fastify, { type FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { isFromSlack, type Press, questionMessage, readPress } from './slack.js';

export interface BridgeOptions {
  /** Of `sluice api`. */
  readonly apiUrl: string;
  /** An incoming webhook of a Slack app that has interactivity turned on. */
  readonly slackUrl: string;
  /** The app's own: proves that a press came from Slack. */
  readonly signingSecret: string;
  /** The value of the spec's `secretRef`: proves that a notice came from a worker. */
  readonly webhookSecret: string;
  /** Slack's user ids, each with the file of a token of the api. */
  readonly tokenFiles: Readonly<Record<string, string>>;
}

interface Notice {
  readonly id: string;
  readonly data: {
    readonly event: string;
    readonly service: string;
    readonly rolloutId: string;
    readonly candidate: string;
    readonly weightPercent: number;
    readonly reason: string;
    readonly evidence: readonly { readonly reason: string }[];
  };
}

const CALL = { proxy: false, timeout: 5000, validateStatus: () => true } as const;
/** Events of a rollout that a person ends. */
const QUESTIONS = ['waiting', 'reminded', 'held'];

/**
 * Between Sluice's notices and Slack's buttons. Each press is sent with the token of who pressed, so the ledger names that person and
 * the api checks their role; the bridge itself may do nothing.
 */
export function createBridge(options: BridgeOptions): FastifyInstance {
  const { webhookSecret, signingSecret, slackUrl } = options;
  const app = Fastify({ bodyLimit: 64 * 1024 });
  // Signatures are over bytes as they came.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.post<{ Body: string }>('/sluice', async (request, reply) => {
    const notice = readNotice(webhookSecret, request.headers, request.body);
    if (notice === null) return reply.code(401).send();
    const { event, service, rolloutId } = notice.data;
    if (!QUESTIONS.includes(event)) return reply.code(204).send();
    const message = questionMessage({ service, rolloutId, eventId: notice.id }, textOf(notice));
    const { status } = await axios.post(slackUrl, message, CALL);
    // What Slack has not taken, the worker sends again.
    return reply.code(status < 300 ? 204 : 503).send();
  });

  app.post<{ Body: string }>('/slack', async (request, reply) => {
    if (!isFromSlack(signingSecret, request.headers, request.body, Date.now())) return reply.code(401).send();
    const press = readPress(request.body);
    if (press === null) return reply.code(400).send();
    // Slack shows an error where it is not answered within three seconds; what became of it comes afterwards.
    void decide(options, press)
      .then((text) => axios.post(press.responseUrl, { text, replace_original: false }, CALL))
      .catch((error: unknown) => request.log.warn(error));
    return reply.code(200).send();
  });
  return app;
}

function readNotice(secret: string, headers: Readonly<Record<string, unknown>>, body: string): Notice | null {
  try {
    const hook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });
    return hook.verify(body, headers as Record<string, string>) as Notice;
  } catch {
    return null;
  }
}

function textOf({ data }: Notice): string {
  const { service, candidate, weightPercent, reason, evidence } = data;
  const findings = evidence.map((finding) => `• ${finding.reason}`);
  return [`${service}: ${candidate} at ${weightPercent} %. ${reason}`, ...findings].join('\n');
}

/** @returns one line for who pressed */
async function decide({ apiUrl, tokenFiles }: BridgeOptions, press: Press): Promise<string> {
  const file = tokenFiles[press.userId];
  if (file === undefined) return `Nobody gave ${press.userId} a token: ask who runs Sluice.`;
  try {
    const token = (await readFile(file, 'utf8')).trim();
    const body = { command: press.answer, reason: `${press.answer} in Slack`, rolloutId: press.rolloutId };
    const { status, data } = await axios.post<{ detail?: string }>(
      `${apiUrl}/v1/services/${encodeURIComponent(press.service)}/commands`,
      body,
      { ...CALL, headers: { authorization: `Bearer ${token}`, 'idempotency-key': decisionId(press) } },
    );
    return status < 300
      ? `Taken: ${data.detail ?? press.answer}`
      : `Refused (${status}): ${data.detail ?? 'no reason'}`;
  } catch {
    return 'The api can not be reached; nothing was decided.';
  }
}

function decisionId({ eventId, userId, answer }: Press): string {
  return `slack:${eventId}:${userId}:${answer}`.replaceAll(/[^\w.:-]/g, ':').slice(0, 200);
}
