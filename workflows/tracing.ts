import {
  ContinueAsNew,
  defaultPayloadConverter,
  type Headers,
  isCancellation,
  proxySinks,
  type Sinks,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
  workflowInfo,
} from '@temporalio/workflow';

/** Something that a workflow did, from its beginning to its end, in the workflow's own time. */
export interface WorkflowSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly sampled: boolean;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** null where it ended well, or was called off. */
  readonly error: string | null;
}

export interface TraceSinks extends Sinks {
  readonly traces: { ended(span: WorkflowSpan): void };
}

/** Where spans hang: W3C trace context. */
interface Parent {
  readonly traceId: string;
  readonly spanId: string | null;
  readonly flags: string;
  readonly state: string | null;
}

/** The header of the SDK's own interceptors, which the client and the activities have. */
const HEADER = '_tracer-data';
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Traces of a workflow. The SDK's own sandbox interceptors wait some microtasks more in each call, and draw from the workflow's
 * random numbers: a rollout that was started without them may not replay with them. These add neither a command, nor a microtask, nor
 * a draw (promises are passed on as they are, ids are hashes), so tracing can be turned on and off over running rollouts.
 */
export function interceptors(): WorkflowInterceptors {
  const sink = proxySinks<TraceSinks>().traces;
  let run: Parent | null = null;
  let signals = 0;
  const runSpan = () => (run ??= childOf(traceOf({}), workflowInfo().runId));

  /** Tells of a span once its promise has settled, beside whoever else waits for it. */
  function told<T>(result: Promise<T>, name: string, parent: Parent, span: Parent): Promise<T> {
    const { traceId, spanId, flags } = span;
    const startMs = Date.now();
    const end = (error: string | null) => {
      const sampled = (Number.parseInt(flags, 16) & 1) === 1;
      const ids = { traceId, spanId: spanId ?? '', parentSpanId: parent.spanId, sampled };
      sink.ended({ ...ids, name, startMs, endMs: Date.now(), error });
    };
    result.then(
      () => end(null),
      (error: unknown) => end(failureOf(error)),
    );
    return result;
  }

  const inbound: WorkflowInboundCallsInterceptor = {
    execute(input, next) {
      const { runId, workflowType } = workflowInfo();
      const parent = traceOf(input.headers);
      run = childOf(parent, runId);
      return told(next(input), `RunWorkflow:${workflowType}`, parent, run);
    },
    handleSignal(input, next) {
      signals += 1;
      const parent = traceOf(input.headers, runSpan());
      const span = childOf(parent, `${workflowInfo().runId}/signal/${signals}`);
      return told(next(input), `HandleSignal:${input.signalName}`, parent, span);
    },
    handleUpdate(input, next) {
      const parent = traceOf(input.headers, runSpan());
      const span = childOf(parent, `${workflowInfo().runId}/update/${input.updateId}`);
      return told(next(input), `HandleUpdate:${input.name}`, parent, span);
    },
  };
  const outbound: WorkflowOutboundCallsInterceptor = {
    scheduleActivity(input, next) {
      const span = childOf(runSpan(), `${workflowInfo().runId}/activity/${input.seq}`);
      const result = next({ ...input, headers: withTrace(input.headers, span) });
      return told(result, `StartActivity:${input.activityType}`, runSpan(), span);
    },
    startChildWorkflowExecution: (input, next) => next({ ...input, headers: withTrace(input.headers, runSpan()) }),
    continueAsNew: (input, next) => next({ ...input, headers: withTrace(input.headers, runSpan()) }),
    signalWorkflow: (input, next) => next({ ...input, headers: withTrace(input.headers, runSpan()) }),
  };
  return { inbound: [inbound], outbound: [outbound] };
}

/** Where what came with these headers belongs; a trace of its own where they do not say. */
function traceOf(headers: Headers, otherwise?: Parent): Parent {
  const payload = headers[HEADER];
  const carried = payload ? defaultPayloadConverter.fromPayload<Record<string, string>>(payload) : {};
  const [, traceId, spanId, flags] = TRACEPARENT.exec(carried['traceparent'] ?? '') ?? [];
  if (traceId && spanId && flags) return { traceId, spanId, flags, state: carried['tracestate'] ?? null };
  return otherwise ?? { traceId: fnv(workflowInfo().runId, FNV_128), spanId: null, flags: '01', state: null };
}

function childOf(parent: Parent, name: string): Parent {
  return { ...parent, spanId: fnv(name, FNV_64) };
}

function withTrace(headers: Headers, { traceId, spanId, flags, state }: Parent): Headers {
  const carried = { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(state === null ? {} : { tracestate: state }) };
  return { ...headers, [HEADER]: defaultPayloadConverter.toPayload(carried) };
}

function failureOf(error: unknown): string | null {
  if (error instanceof ContinueAsNew || isCancellation(error)) return null;
  return error instanceof Error ? error.message : String(error);
}

interface Fnv {
  readonly bits: number;
  readonly prime: bigint;
  readonly basis: bigint;
}

/** Fowler, Noll and Vo's hash 1a, with its authors' constants. */
const FNV_64: Fnv = { bits: 64, prime: 0x100000001b3n, basis: 0xcbf29ce484222325n };
const FNV_128: Fnv = { bits: 128, prime: 0x1000000000000000000013bn, basis: 0x6c62272e07bb014262b821756295c58dn };

/** Ids that a replay finds again. @param text run ids and numbers: ASCII */
function fnv(text: string, { bits, prime, basis }: Fnv): string {
  let hash = basis;
  for (let i = 0; i < text.length; i += 1) hash = BigInt.asUintN(bits, (hash ^ BigInt(text.charCodeAt(i))) * prime);
  return hash.toString(16).padStart(bits / 4, '0');
}
