import { performance } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import type { Store } from '../../ports/store.js';
import { API_GAUGES, type ApiGauge, type GaugeSample } from './api-gauges.js';
import { readMonitors } from './read-monitors.js';
import { readQuality } from './read-quality.js';
import { readRollouts } from './read-rollouts.js';

/** However often the page is asked for, the store is asked so often. */
const FRESH_MS = 5000;
/** What takes long, such as a day's predictions and labels joined, is asked for no more than a twentieth of the time. */
const REST = 19;

/** Gauges of what the store knows. @returns what brings them up to date; never rejects */
export function addStoreGauges(registry: Registry, store: Store): () => Promise<void> {
  const registers = [registry];
  const up = new Gauge({ name: 'sluice_api_store_up', help: '1 where the store answers the api.', registers });
  const gauges = new Map<ApiGauge, Gauge>();
  for (const [name, { help, labels }] of Object.entries(API_GAUGES))
    gauges.set(name as ApiGauge, new Gauge({ name, help, labelNames: labels, registers }));
  const show = (samples: readonly GaugeSample[]) => {
    for (const gauge of gauges.values()) gauge.reset();
    for (const { name, labels, value } of samples) gauges.get(name)?.set({ ...labels }, value);
  };
  const routes = () => store.latestRoutes();
  // What a store with very many rows can't join in its time is absent, and rests as well: it says nothing of whether the store answers.
  const quality = kept(async () => readQuality(store.monitorData, await routes(), Date.now()).catch(() => []));
  return kept(async () => {
    try {
      const wanted = await routes();
      const read = [readRollouts(store, wanted), readMonitors(store.monitors), quality()];
      const samples = (await Promise.all(read)).flat();
      show(samples);
      up.set(1);
    } catch {
      // What is not known is absent, and never as it was.
      show([]);
      up.set(0);
    }
  });
}

/** The same work once for all who ask while it goes on and for a time after; what fails is tried again. */
function kept<T>(work: () => Promise<T>): () => Promise<T> {
  let last: { until: number; readonly result: Promise<T> } | null = null;
  return () => {
    if (last !== null && performance.now() < last.until) return last.result;
    const startedAt = performance.now();
    const mine = { until: Number.POSITIVE_INFINITY, result: work() };
    last = mine;
    const keepFor = (ms: number) => {
      mine.until = performance.now() + ms;
    };
    mine.result.then(
      () => keepFor(Math.max(FRESH_MS, REST * (performance.now() - startedAt))),
      () => keepFor(0),
    );
    return mine.result;
  };
}
