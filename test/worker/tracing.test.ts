import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { redact } from '../../src/temporal/tracing/redacting-exporter.js';
import { openTracing, wantsTraces } from '../../src/temporal/tracing/tracing.js';
import { createGatewayRouter } from '../../src/traffic/gateway-router.js';
import { type Collector, startCollector } from './otlp-collector.js';
import { echoes, openProbe, type Probe } from './probe.js';

const PLANTED = 'hunter2-hunter2';
let collector: Collector;
let gateway: Server;
let probe: Probe;
const asked: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  collector = await startCollector();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
  gateway = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"knows nothing"}');
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  probe = await openProbe();
});
afterAll(async () => {
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  await probe?.close();
  await collector?.close();
  await new Promise((resolve) => gateway?.close(resolve).closeAllConnections());
});

const named = (name: string) => {
  const span = collector.spans.find((candidate) => candidate.name === name);
  if (!span) throw new Error(`no ${name} among ${collector.spans.map((s) => s.name).join(', ')}`);
  return span;
};

describe('one trace', () => {
  test('joins the start, the workflow, its activities, an update, and the call to a gateway', async () => {
    const tracing = await openTracing();
    const adminUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
    const router = createGatewayRouter({
      adminUrls: [adminUrl],
      adminToken: PLANTED,
      traceHeaders: () => tracing?.traceHeaders() ?? {},
    });
    const queue = `traces-${process.pid}`;
    const worker = await probe.worker(queue, {
      ...echoes,
      echo: async (text: string) => {
        await router.readBack('digits');
        return text;
      },
    });
    const opening = `http://user:${PLANTED}@gateway:8081/v1?token=${PLANTED}`;
    const { client } = probe.link;
    await worker.runUntil(async () => {
      const options = { workflowId: queue, taskQueue: queue, args: [opening, 1], memo: { note: PLANTED } };
      const handle = await client.workflow.start('conversation', options);
      await handle.executeUpdate('say', { args: ['hello'] });
      await handle.result();
    });
    await tracing?.flush();

    const start = named('StartWorkflow:conversation');
    const chain = ['RunWorkflow:conversation', 'StartActivity:echo', 'RunActivity:echo'].map(named);
    for (const [i, span] of chain.entries()) {
      expect(span.traceId).toBe(start.traceId);
      expect(span.parentSpanId).toBe((chain[i - 1] ?? start).spanId);
    }
    expect(named('HandleUpdate:say').parentSpanId).toBe(named('StartWorkflowUpdate:say').spanId);
    expect(asked[0]?.['traceparent']).toBe(`00-${start.traceId}-${named('RunActivity:echo').spanId}-01`);
    expect(named('RunActivity:refuse').status.message).toBe('refused: http://gateway:8081/v1');
    expect(collector.said()).not.toContain(PLANTED);
    expect(collector.said()).toContain('"service.name"');
    const names = collector.spans.map(({ spanId }) => spanId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a replay tells nothing twice, and a workflow goes on in its trace on a worker that has lost its cache', async () => {
    const queue = `traces-again-${process.pid}`;
    const { client } = probe.link;
    const worker = await probe.worker(queue, echoes, { maxCachedWorkflows: 0 });
    await worker.runUntil(async () => {
      const options = { workflowId: queue, taskQueue: queue, args: ['plain', 2] };
      const handle = await client.workflow.start('conversation', options);
      for (const text of ['a', 'b']) await handle.executeUpdate('say', { args: [text] });
      await handle.result();
    });
    await (await openTracing())?.flush();
    const { traceId } = named('StartWorkflow:conversation');
    const ours = collector.spans.filter((span) => JSON.stringify(span.attributes).includes(queue));
    const count = (name: string) => ours.filter((span) => span.name === name).length;
    expect(ours[0]?.traceId).not.toBe(traceId);
    expect([count('RunWorkflow:conversation'), count('StartActivity:echo'), count('RunActivity:echo')]).toEqual([
      1, 2, 2,
    ]);
    expect(ours.filter(({ name }) => !/Update/.test(name)).every((span) => span.traceId === ours[0]?.traceId)).toBe(
      true,
    );
  });
});

describe('what is asked for, and what is told', () => {
  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('%j: %s', (env, wanted) => {
    expect(wantsTraces(env)).toBe(wanted);
  });

  test.each([
    ['postgres://sluice:secret@db:5432/x?sslmode=off is away', 'postgres://db:5432/x is away'],
    ['GET https://a.b/c?token=secret#part: 500', 'GET https://a.b/c 500'],
    ['authorization: Bearer abc.def-1', 'authorization: Bearer …'],
    ['nothing to hide at 10:30', 'nothing to hide at 10:30'],
  ])('%s', (text, left) => {
    expect(redact(text)).toBe(left);
  });
});
