import { Registry } from 'prom-client';
import type { GatewayMetrics } from './metrics.js';

/** Metrics as somebody asks for them. */
export interface MetricsPage {
  /** @param accept of the request: with exemplars where OpenMetrics is taken */
  show(accept: string): Promise<{ contentType: string; text: string }>;
  /** For a primary that adds up its workers. */
  raw(): Promise<object>;
}

export function metricsPage(registry: GatewayMetrics['registry']): MetricsPage {
  let showing: Promise<unknown> = Promise.resolve();
  return {
    show(accept) {
      const isOpen = accept.includes('application/openmetrics-text');
      const contentType = isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
      // One at a time: the format is a setting of the whole registry.
      const shown = showing.then(async () => {
        registry.setContentType(contentType);
        return { contentType, text: await registry.metrics() };
      });
      showing = shown.catch(() => undefined);
      return shown;
    },
    raw: () => registry.getMetricsAsJSON(),
  };
}
