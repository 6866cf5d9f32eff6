/**
 * Two rollouts between real models on MLServer: `npx tsx examples/mlserver/main.ts`
 * Sets everything up in a temporary folder: Python environment (or that of MLSERVER), models, servers, Sluice, traffic.
 */

import { MlServerInstallation } from './installation.js';
import { INSTALL } from './python.js';

const say = (line: string) => console.log(line);
const it = await MlServerInstallation.open({ python: process.env['MLSERVER'] || INSTALL, report: say });
try {
  say('1. to a random forest: as accurate, and about eleven times slower');
  const forest = await it.rollOut('lr-to-forest.yaml', (line) => say(`  ${line}`));
  say('2. to a support vector machine: more accurate, and as fast');
  const better = await it.rollOut('lr-to-v3.yaml', (line) => say(`  ${line}`));
  const { sent, ok, failed } = it.traffic.stats();
  say(`users sent ${sent} requests: ${ok} answered, ${failed} failed`);
  if (forest.status !== 'rolled-back' || better.status !== 'promoted' || failed > 0) process.exitCode = 1;
} finally {
  await it.close();
}
