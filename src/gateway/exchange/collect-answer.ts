import { performance } from 'node:perf_hooks';
import type { HeaderList } from '../http1/head.js';
import type { MemoryBudget } from '../memory-budget.js';
import type { AnswerSink, UpstreamRequest } from '../upstream/connection.js';
import type { Upstreams } from '../upstream/upstreams.js';
import { HeldAnswer } from './held-answer.js';

/** A whole answer; `body` is null where there is none, for whatever reason. */
export interface CollectedAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer | null;
  readonly latencyMs: number;
}

export interface CollectOptions {
  readonly held: MemoryBudget;
  readonly most: number;
  readonly patienceMs: number;
}

/** Asks one version and waits for the whole of its answer. Never rejects. */
export function collectAnswer(
  upstreams: Upstreams,
  url: string,
  request: UpstreamRequest,
  { held, most, patienceMs }: CollectOptions,
): Promise<CollectedAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const answer = new HeldAnswer(held, most);
    let [status, headers] = [0, [] as HeaderList];
    const end = (isWhole: boolean) => {
      if (sink.over) return;
      sink.over = true;
      clearTimeout(timer);
      const body = isWhole ? answer.take() : null;
      answer.drop();
      resolve({ status, headers, body, latencyMs: performance.now() - startedAt });
    };
    const timer = setTimeout(() => end(false), patienceMs);
    const sink: AnswerSink & { over: boolean } = {
      over: false,
      onStart: (code, lines) => {
        [status, headers] = [code, lines];
      },
      onData: (chunk, flow) => {
        if (sink.over || answer.add(chunk)) return;
        flow.abort();
        end(false);
      },
      onPause: () => undefined,
      onEnd: () => end(true),
      onError: () => end(false),
    };
    upstreams.dispatch(url, request, sink);
  });
}
