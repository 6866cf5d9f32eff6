import { Registry } from 'prom-client';
import type { GatewayMetrics } from './metrics.js';
import { Turns } from './turns.js';

/** Metrics as somebody asks for them. */
export interface MetricsPage {
  /** @param accept of the request: with exemplars where OpenMetrics is taken */
  show(accept: string): Promise<{ contentType: string; text: string }>;
  /** For a primary that adds up its workers. */
  raw(): Promise<object>;
}

export function metricsPage(registry: GatewayMetrics['registry']): MetricsPage {
  // The format is a setting of the whole registry.
  const turns = new Turns();
  return {
    show(accept) {
      const isOpen = accept.includes('application/openmetrics-text');
      const contentType = isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
      return turns.take(async () => {
        registry.setContentType(contentType);
        return { contentType, text: await keepingNames(registry, () => registry.metrics()) };
      });
    },
    raw: () => turns.take(() => registry.getMetricsAsJSON()),
  };
}

/** An OpenMetrics page takes `_total` from the names of counters, and prom-client 15.1 leaves them so for all pages to come. */
async function keepingNames<T>(registry: GatewayMetrics['registry'], work: () => Promise<T>): Promise<T> {
  const metrics = registry.getMetricsAsArray();
  const names = metrics.map(({ name }) => name);
  try {
    return await work();
  } finally {
    for (const [i, metric] of metrics.entries()) metric.name = names[i] ?? metric.name;
  }
}
