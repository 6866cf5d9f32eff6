import { type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { hrTimeDuration, timeInputToHrTime } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { InjectedSinks } from '@temporalio/worker';
import type { TraceSinks, WorkflowSpan } from '../../workflows/tracing.js';
import type { Tracing } from '../temporal/tracing/tracing.js';

interface Execution {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/** Takes spans out of the sandbox; not again when a history is replayed. */
export function createTraceSinks({ spanProcessor, resource }: Tracing): InjectedSinks<TraceSinks> {
  return {
    traces: {
      ended: { fn: (execution, span) => spanProcessor.onEnd(readableSpan(execution, span, resource)) },
    },
  };
}

/** As OpenTelemetry's own processors want it. The attributes are those of the SDK's activity spans. */
function readableSpan(execution: Execution, span: WorkflowSpan, resource: Tracing['resource']): ReadableSpan {
  const context: SpanContext = {
    traceId: span.traceId,
    spanId: span.spanId,
    traceFlags: span.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  };
  const startTime: HrTime = timeInputToHrTime(new Date(span.startMs));
  const endTime: HrTime = timeInputToHrTime(new Date(span.endMs));
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
    startTime,
    endTime,
    duration: hrTimeDuration(startTime, endTime),
    ended: true,
    status: span.error === null ? { code: SpanStatusCode.OK } : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: {
      temporalWorkflowId: execution.workflowId,
      run_id: execution.runId,
      workflowType: execution.workflowType,
    },
    links: [],
    events: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource,
    instrumentationLibrary: { name: 'sluice/workflows' },
  };
}
