import { readFile } from 'node:fs/promises';
import { loadGroup } from '../../client/load-group.js';
import { loadMonitor } from '../../client/load-monitor.js';
import { loadSpec } from '../../client/load-spec.js';
import { describeError } from '../../domain/errors.js';
import { versionDraft } from '../../domain/spec/model-version.js';
import { loadGatewayConfig } from '../../gateway/config.js';
import { didYouMean } from '../../yaml/did-you-mean.js';
import { DocumentError, readDocument } from '../../yaml/read-document.js';
import { exitCodeOf } from '../errors.js';

/** Checks every file, also after a bad one. */
export async function lint(files: readonly string[], { output }: { output: string }): Promise<void> {
  const results = await Promise.all(
    files.map(async (file) => {
      try {
        await lintFile(file);
        return { file, ok: true, issues: [] };
      } catch (error) {
        process.exitCode = Math.max(Number(process.exitCode ?? 0), exitCodeOf(error));
        const issues =
          error instanceof DocumentError
            ? error.issues
            : [{ line: 1, column: 1, path: '', message: describeError(error) }];
        return { file, ok: false, issues };
      }
    }),
  );
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  for (const { file, ok, issues } of results) {
    if (ok) process.stdout.write(`${file}: ok\n`);
    for (const { line, column, path, message } of issues)
      process.stdout.write(`${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}\n`);
  }
}

const KINDS = ['v1', 'gateway/v1', 'group/v1', 'monitor/v1', 'model-version/v1'];

/** All kinds of document that users write. A group is checked together with its rollouts. */
async function lintFile(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [, kind] = /^sluice: *["']?(gateway|group|monitor|model-version)\//m.exec(text) ?? [];
  if (kind === 'gateway') await loadGatewayConfig(file);
  else if (kind === 'group') await loadGroup(file);
  else if (kind === 'model-version') readDocument(text, versionDraft, file);
  else if (kind === 'monitor') await loadMonitor(file);
  else {
    assertKind(text, file);
    await loadSpec(file);
  }
}

/** What is nearly another kind would be told that it is a bad rollout spec, in many words. */
function assertKind(text: string, file: string): void {
  const [before, kind] = /^sluice: *["']?([^\s"'#]+)/m.exec(text) ?? [];
  if (before === undefined || kind === undefined || kind === 'v1') return;
  const hint = didYouMean(kind, KINDS);
  const line = text.slice(0, text.indexOf(before)).split('\n').length;
  const message = `"${kind}" is none of ${KINDS.join(', ')}${hint}`;
  throw new DocumentError(file, [{ line, column: before.length - kind.length + 1, path: 'sluice', message }]);
}
