import { context, propagation } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client/index.js';
import { AsyncContext } from './async-context.js';
import { redactingExporter } from './redacting-exporter.js';
import type { Tracing } from './tracing.js';

/** Of a collector that does not answer: a command must not hang on it for OpenTelemetry's own ten seconds. */
const PATIENCE_MS = 3000;

/**
 * OpenTelemetry for this process, by OTLP over HTTP. Endpoint, headers, sampler, service name and resource attributes are read by
 * OpenTelemetry itself from its own variables (OTEL_…).
 */
export function createOtlpTracing(): Tracing {
  const resource = Resource.default()
    .merge(new Resource({ 'service.name': 'sluice' }))
    .merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const chosen = process.env['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'] ?? process.env['OTEL_EXPORTER_OTLP_TIMEOUT'];
  const timeout = chosen === undefined ? { timeoutMillis: PATIENCE_MS } : {};
  const exporter = redactingExporter(new OTLPTraceExporter(timeout), (line) => process.stderr.write(`${line}\n`));
  const spanProcessor = new BatchSpanProcessor(exporter);
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register({ contextManager: new AsyncContext(), propagator: new W3CTraceContextPropagator() });
  return {
    clientInterceptor: new OpenTelemetryWorkflowClientInterceptor(),
    spanProcessor,
    resource,
    traceHeaders() {
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      return headers;
    },
    async flush() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
      await Promise.race([provider.forceFlush().catch(() => undefined), late]);
    },
  };
}
