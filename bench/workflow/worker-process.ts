import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { temporalSettings } from '../../src/temporal/connection.js';
import { bundleWorkflows } from '../../src/worker/bundle.js';
import { PLAIN_RUNTIME, sdkOptions } from '../../src/worker/options.js';
import { fastWorld, type WorldEvent } from './fast-world.js';

/** A worker by itself, so that its memory is its own: `worker-process.ts <address> rollouts|bare`. Tells the bench of what happens by its channel. */
const [address, kind] = process.argv.slice(2) as [string, 'rollouts' | 'bare'];
const tell = (event: WorldEvent | { readonly kind: 'ready' }) => void process.send?.(event);

// A watch that is called off as its rollout ends is a warning of the SDK's core, once for each rollout.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});
const settings = temporalSettings(address);
const { connectionOptions, namespace } = settings;
const bundle =
  kind === 'rollouts'
    ? await bundleWorkflows()
    : await bundleWorkflowCode({
        workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
        logger: new DefaultLogger('WARN'),
      });
const worker = await Worker.create({
  connection: await NativeConnection.connect(connectionOptions),
  namespace,
  taskQueue: kind,
  workflowBundle: bundle,
  activities: kind === 'rollouts' ? fastWorld(tell) : { work: async (payload: unknown) => payload },
  ...sdkOptions(settings, PLAIN_RUNTIME, null),
});
process.once('SIGTERM', () => worker.shutdown());
tell({ kind: 'ready' });
await worker.run();
process.exit(0);
