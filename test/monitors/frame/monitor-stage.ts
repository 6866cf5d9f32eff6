import { createServer, type Server } from 'node:net';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { createMonitorActivities } from '../../../activities/monitors.js';
import { createNotifyActivities } from '../../../activities/notify.js';
import { alertSinkOver } from '../../../src/client/send-alert.js';
import { type MonitorSpec, monitorSpec } from '../../../src/domain/spec/monitors/index.js';
import { createAddressPolicy } from '../../../src/net/address-policy.js';
import { LOOPBACK_ONLY, parseAllowedPrivate } from '../../../src/net/allowed-private.js';
import type { Store } from '../../../src/ports/store.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../../src/temporal/connection.js';
import { failureInterceptor } from '../../../src/worker/failure-interceptor.js';
import { quietRuntime } from '../../../src/worker/runtime.js';
import { shutdownInterceptor } from '../../../src/worker/shutdown-interceptor.js';
import { testBundle } from '../../setup/built.js';

/** A monitor of one dependency, probed over TCP or HTTP. */
export const monitorOf = (service: string, probe: object, more: object = {}): MonitorSpec =>
  monitorSpec.parse({
    sluice: 'monitor/v1',
    name: 'deps',
    service,
    every: '1h',
    kind: 'dependencies',
    nodes: [{ name: 'db', probe: { timeout: '2s', failureThreshold: 1, ...probe } }],
    ...more,
  });

/** Workers of monitors on the test run's dev server; each with a queue of its own, and the real rollouts to speak to. */
export class MonitorStage {
  readonly temporal: TemporalLink;
  private readonly connection: NativeConnection;
  private readonly bundle: WorkflowBundle;

  private constructor(temporal: TemporalLink, connection: NativeConnection, bundle: WorkflowBundle) {
    this.temporal = temporal;
    this.connection = connection;
    this.bundle = bundle;
  }

  static async open(): Promise<MonitorStage> {
    quietRuntime();
    const settings = temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);
    const connection = await NativeConnection.connect(settings.connectionOptions);
    return new MonitorStage(await connectTemporal(settings), connection, await testBundle());
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.temporal.close();
  }

  /** Runs `body` while a worker serves the queue. */
  async run<T>(store: Store, taskQueue: string, body: () => Promise<T>): Promise<T> {
    const worker = await Worker.create({
      connection: this.connection,
      taskQueue,
      workflowBundle: this.bundle,
      activities: {
        ...createMonitorActivities({
          store,
          policy: createAddressPolicy(parseAllowedPrivate(LOOPBACK_ONLY)),
          alerts: alertSinkOver(this.temporal.client),
        }),
        ...createNotifyActivities({}),
      },
      interceptors: { activity: [() => ({ inbound: failureInterceptor }), () => ({ inbound: shutdownInterceptor })] },
      shutdownForceTime: '2s',
    });
    return worker.runUntil(body);
  }
}

/** Something that listens on a port, and can be taken away. */
export class Database {
  private server: Server | null = null;
  port = 0;

  async start(): Promise<void> {
    const server = createServer((socket) => void socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}
