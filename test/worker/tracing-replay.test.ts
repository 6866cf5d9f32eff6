import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/worker/bundle.js';
import { quietRuntime } from '../../src/worker/runtime.js';
import { sandboxInterceptors } from '../../src/worker/tracing.js';
import type { WorkflowSpan } from '../../workflows/tracing.js';

const folder = new URL('../replay/histories/', import.meta.url);
const recorded = readdirSync(folder);

let bundle: WorkflowBundle;
beforeAll(async () => {
  quietRuntime();
  bundle = await bundleWorkflows({ interceptorModules: [sandboxInterceptors()] });
});

describe('rollouts that were started without traces', () => {
  test.each(recorded)('%s replays with traces turned on, and its spans close', async (file) => {
    const spans: WorkflowSpan[] = [];
    const ended = { fn: (_: unknown, span: WorkflowSpan) => void spans.push(span), callDuringReplay: true };
    const history = historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
    await Worker.runReplayHistory(
      { workflowBundle: bundle, sinks: { traces: { ended } } },
      history,
      'rollout/replayed',
    );
    const [root] = spans.filter(({ name }) => name === 'RunWorkflow:rollout');
    expect(spans.filter(({ name }) => name.startsWith('StartActivity:')).length).toBeGreaterThan(0);
    for (const span of spans) expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    if (root) expect(root.parentSpanId).toBeNull();
  });
});
