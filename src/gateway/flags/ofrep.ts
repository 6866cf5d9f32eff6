import { createHash } from 'node:crypto';
import type { Counter } from 'prom-client';
import { type EvaluationContext, InvalidContext, readContext } from '../../routing/evaluation-context.js';
import { type Evaluation, type EvaluationError, evaluate, evaluateAll } from '../../routing/flag-evaluation.js';
import { headerOf } from '../headers.js';
import type { RequestHead } from '../http1/request-parser.js';
import type { AnswerWriter } from '../server/answer-writer.js';
import { isAmong } from './entity-tag.js';
import type { FlagTable } from './flag-table.js';

export interface OfrepDeps {
  readonly flags: FlagTable;
  readonly evaluations: Counter<'flag' | 'variant' | 'reason'>;
}

const PREFIX = '/ofrep/';
const FLAGS_PATH = '/ofrep/v1/evaluate/flags';
/** Of an evaluation context. */
export const OFREP_BYTES = 64 * 1024;

/** A request that can't be evaluated, and what the protocol calls it. */
class BadRequest extends Error {
  readonly errorCode: EvaluationError;

  constructor(errorCode: EvaluationError, message: string) {
    super(message);
    this.errorCode = errorCode;
  }
}

export function isOfrepPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/**
 * OpenFeature's remote evaluation protocol, version 0.3.0: one flag under its key, or all of them at once.
 * Source: github.com/open-feature/protocol, service/openapi.yaml.
 */
export function answerOfrep(
  deps: OfrepDeps,
  path: string,
  head: RequestHead,
  body: Buffer | null,
  answer: AnswerWriter,
): void {
  const [isKnown, encoded] = /^\/ofrep\/v1\/evaluate\/flags(?:\/([^/]+))?$/.exec(path) ?? [];
  if (isKnown === undefined)
    return answer.replyJson(404, { errorDetails: `expected ${FLAGS_PATH} or ${FLAGS_PATH}/<key>` });
  if (head.method !== 'POST') return answer.replyJson(405, { errorDetails: 'contexts are posted' });
  const key = encoded === undefined ? undefined : decoded(encoded);
  try {
    const text = body?.toString() ?? '';
    const context = contextIn(text);
    if (key === undefined)
      answerAll(deps, { context, text, ifNoneMatch: headerOf(head.headers, 'if-none-match') }, answer);
    else answerOne(deps, key, context, answer);
  } catch (error) {
    const errorCode = error instanceof BadRequest ? error.errorCode : 'GENERAL';
    const errorDetails = error instanceof BadRequest ? error.message : 'the flag could not be evaluated';
    answer.replyJson(400, { ...(key === undefined ? {} : { key }), errorCode, errorDetails });
  }
}

function answerOne(
  { flags, evaluations }: OfrepDeps,
  key: string,
  context: EvaluationContext,
  answer: AnswerWriter,
): void {
  const evaluation = evaluate(flags.inForce.set, key, context, Date.now());
  count(evaluations, evaluation);
  const status = !('errorCode' in evaluation) ? 200 : evaluation.errorCode === 'FLAG_NOT_FOUND' ? 404 : 400;
  answer.replyJson(status, evaluation);
}

interface BulkRequest {
  readonly context: EvaluationContext;
  readonly text: string;
  readonly ifNoneMatch: string;
}

/** The tag is of flags, context and values: hours and days change values while both others stay. */
function answerAll({ flags, evaluations }: OfrepDeps, request: BulkRequest, answer: AnswerWriter): void {
  const { set, tag } = flags.inForce;
  const all = evaluateAll(set, request.context, Date.now());
  for (const evaluation of all) count(evaluations, evaluation);
  const text = `${JSON.stringify({ flags: all, metadata: { version: tag } })}\n`;
  const etag = `"${createHash('sha256').update(`${request.text.length}:${request.text}${text}`).digest('base64url').slice(0, 22)}"`;
  if (isAmong(etag, request.ifNoneMatch)) {
    answer.writeHead(304, ['etag', etag]);
    return answer.end();
  }
  const bytes = Buffer.from(text);
  answer.writeHead(200, ['content-type', 'application/json', 'etag', etag, 'content-length', String(bytes.length)]);
  answer.end(bytes);
}

/** @throws {BadRequest} PARSE_ERROR, INVALID_CONTEXT */
function contextIn(text: string): EvaluationContext {
  let request: unknown;
  try {
    request = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new BadRequest('PARSE_ERROR', 'the body is not JSON');
  }
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw new BadRequest('INVALID_CONTEXT', 'the body is not an object with a context');
  try {
    return readContext('context' in request ? request.context : undefined);
  } catch (error) {
    throw error instanceof InvalidContext ? new BadRequest('INVALID_CONTEXT', error.message) : error;
  }
}

/** Flags that nobody configured are not counted: they would be labels that users make. */
function count(evaluations: OfrepDeps['evaluations'], evaluation: Evaluation): void {
  if (!('errorCode' in evaluation))
    evaluations.inc({ flag: evaluation.key, variant: evaluation.variant, reason: evaluation.reason });
  else if (evaluation.errorCode !== 'FLAG_NOT_FOUND')
    evaluations.inc({ flag: evaluation.key, variant: '', reason: 'ERROR' });
}

/** A key that is no text is nobody's. */
function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
