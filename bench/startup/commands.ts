import { spawnSync } from 'node:child_process';
import { type Cost, middleOf } from './cost.js';

const REPORT_FD = 3;
/** Loaded before the program: says at its end what it has used. */
const REPORT = `data:text/javascript,import { writeSync } from 'node:fs';
process.once('exit', () => writeSync(${REPORT_FD}, JSON.stringify(process.resourceUsage())));`;

/** Each command in turn, so that a busy moment of the machine meets all of them. @returns medians, in the order of the commands */
export function costsOf(commands: readonly (readonly string[])[], env: NodeJS.ProcessEnv, runs: number): Cost[] {
  const costs: Cost[][] = commands.map(() => []);
  for (let run = 0; run < runs; run += 1) commands.forEach((args, k) => void costs[k]?.push(runOnce(args, env)));
  return costs.map(middleOf);
}

/** @param args of node */
function runOnce(args: readonly string[], env: NodeJS.ProcessEnv): Cost {
  const began = performance.now();
  const { output, stderr } = spawnSync(process.execPath, ['--import', REPORT, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  const wallMs = performance.now() - began;
  const text = output[REPORT_FD];
  if (!text) throw new Error(`node ${args.join(' ')} said nothing of its use: ${stderr}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(text) as NodeJS.ResourceUsage;
  return { wallMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, memoryMb: maxRSS / 1024 };
}
