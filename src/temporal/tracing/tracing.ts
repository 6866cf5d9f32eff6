import type { IResource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { WorkflowClientInterceptor } from '@temporalio/client';

/** Traces of one process. */
export interface Tracing {
  readonly clientInterceptor: WorkflowClientInterceptor;
  readonly spanProcessor: SpanProcessor;
  readonly resource: IResource;
  /** `traceparent` (and `tracestate`) of the span that is active where it is called; empty where there is none. */
  traceHeaders(): Record<string, string>;
  /** Sends what waits to be sent; gives up after a while, since nobody may wait long for a trace. */
  flush(): Promise<void>;
}

let opened: Promise<Tracing> | null = null;

/** Whether the environment asks for traces: OTEL_EXPORTER_OTLP_ENDPOINT, or the one for traces alone. */
export function wantsTraces(env: NodeJS.ProcessEnv = process.env): boolean {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  return Boolean(endpoint) && env['OTEL_SDK_DISABLED'] !== 'true' && env['OTEL_TRACES_EXPORTER'] !== 'none';
}

/** The traces of this process, opened once; null, and nothing is loaded, where the environment asks for none. */
export async function openTracing(): Promise<Tracing | null> {
  if (!wantsTraces()) return null;
  opened ??= import('./otlp-tracing.js').then(({ createOtlpTracing }) => createOtlpTracing());
  return opened;
}
