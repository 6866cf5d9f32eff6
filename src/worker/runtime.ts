import { DefaultLogger, Runtime } from '@temporalio/worker';

let installed = false;

/** The SDK's logs go to standard error, warnings and worse only; its own signal handlers stay out of our shutdown's way. */
export function quietRuntime(): void {
  if (installed) return;
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  installed = true;
}
