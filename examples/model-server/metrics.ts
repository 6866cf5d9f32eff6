import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** `refused` is the caller's mistake (4xx), `error` the server's (5xx). */
type Outcome = 'ok' | 'refused' | 'error';

export interface ModelMetrics {
  readonly contentType: string;
  /** Prometheus' text format. */
  text(): Promise<string>;
  /** Starts the clock of one prediction; the result stops it and counts the outcome. */
  start(): (outcome: Outcome) => void;
}

/** One server's own metrics, so that several can live in one process. */
export function createMetrics(): ModelMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'model_requests_total',
    help: 'Predictions asked for.',
    labelNames: ['outcome'],
    registers,
  });
  const duration = new Histogram({ name: 'model_request_duration_seconds', help: 'Time of a prediction.', registers });
  // The validation suite asks for it.
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    start() {
      const stop = duration.startTimer();
      return (outcome) => {
        stop();
        requests.inc({ outcome });
      };
    },
  };
}
