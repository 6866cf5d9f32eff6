import { readConfig } from '../../config.js';
import { type StackOptions, startStack } from '../../dev/stack.js';
import { untilSignal } from '../until-signal.js';

export type DevOptions = Omit<StackOptions, 'stateDir' | 'dataDir' | 'report'>;

export async function dev(options: DevOptions): Promise<void> {
  const { stateDir, dataDir } = readConfig();
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const stack = await startStack({ ...options, stateDir, dataDir, report });
  const rows = [
    ['gateway', stack.gatewayUrl],
    ['api', stack.apiUrl],
    ['Temporal', stack.temporal.address],
    ['Web UI', stack.temporal.uiUrl ?? 'of your Temporal server'],
  ];
  for (const [name = '', value = ''] of rows) process.stdout.write(`${name.padEnd(10)}${value}\n`);
  process.stdout.write('ready; stop with Ctrl-C\n');
  await Promise.race([untilSignal(), stack.failed]).finally(() => stack.stop());
}
