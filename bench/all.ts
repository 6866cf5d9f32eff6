/**
 * All benchmarks, one after the other: `npm run bench`, or some of them: `npm run bench -- stats gateway`. What they print goes, with command,
 * machine and date, into `bench-results/<time>.md`, from where docs/performance.md is written. One that fails is named at the end.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const known = Object.keys(scripts).flatMap((name) => (name.startsWith('bench:') ? [name.slice('bench:'.length)] : []));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`);

const began = new Date();
mkdirSync('bench-results', { recursive: true });
const file = join('bench-results', `${began.toISOString().replaceAll(':', '')}.md`);
const write = (text: string) => {
  process.stdout.write(text);
  appendFileSync(file, text);
};
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
const [cpu] = cpus();
const machine = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`;
write(`# Benchmarks\n\n${began.toISOString()}, commit ${commit}, ${machine}, Node ${process.version}\n`);

const failed: string[] = [];
for (const name of asked.length > 0 ? asked : known) {
  const [load = 0] = loadavg();
  write(`\n## \`npm run bench:${name}\`\n\n`);
  const from = performance.now();
  const child = spawn('npm', ['run', '--silent', `bench:${name}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8').on('data', write);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) failed.push(name);
  const took = Math.round((performance.now() - from) / 1000);
  write(`\n_${took} s, ended with ${code}; load of the machine before it: ${load.toFixed(1)}_\n`);
}
write(`\n${failed.length === 0 ? 'None failed.' : `Failed: ${failed.join(', ')}.`}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
