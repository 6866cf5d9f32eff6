import { fileURLToPath } from 'node:url';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import type { TraceSinks } from '../../workflows/tracing.js';
import { openTracing } from '../temporal/tracing/tracing.js';

/** What tracing adds to a worker. */
export interface WorkerTracing {
  readonly activityInterceptors: ActivityInterceptorsFactory;
  /** For the bundle: interceptors that run in the sandbox. */
  readonly interceptorModules: readonly string[];
  /** Where the sandbox's spans come out. */
  readonly sinks: InjectedSinks<TraceSinks>;
  /** Of the active span, for calls to gateways. */
  traceHeaders(): Record<string, string>;
  flush(): Promise<void>;
}

/** @returns null, and loads nothing, where the environment asks for no traces */
export async function workerTracing(): Promise<WorkerTracing | null> {
  const tracing = await openTracing();
  if (tracing === null) return null;
  const { createTraceSinks } = await import('./workflow-spans.js');
  const otel = await import('@temporalio/interceptors-opentelemetry/lib/worker/index.js');
  return {
    activityInterceptors: (ctx) => ({
      inbound: new otel.OpenTelemetryActivityInboundInterceptor(ctx),
      outbound: new otel.OpenTelemetryActivityOutboundInterceptor(ctx),
    }),
    interceptorModules: [sandboxInterceptors()],
    sinks: createTraceSinks(tracing),
    traceHeaders: () => tracing.traceHeaders(),
    flush: () => tracing.flush(),
  };
}

/** The module of the interceptors for the bundle. */
export function sandboxInterceptors(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../workflows/tracing.${extension}`, import.meta.url));
}
