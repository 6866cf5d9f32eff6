import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TOKENS } from './site.js';

/** `pip install schemathesis==4.32.5` into a venv, and SCHEMATHESIS=<venv>/bin/schemathesis. */
const program = process.env['SCHEMATHESIS'];
const EXAMPLES = process.env['SCHEMATHESIS_EXAMPLES'] ?? '15';
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';

if (program === undefined) process.stderr.write('SKIPPED: the api is not fuzzed, SCHEMATHESIS names no program\n');

describe('the served api, fuzzed by its document', () => {
  let server: ChildProcess;
  let url = '';
  beforeAll(async () => {
    if (program === undefined) return;
    server = spawn(process.execPath, ['--import', 'tsx', 'test/api/serve-for-fuzz.ts'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(server.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    url = line.toString().trim();
  }, 180_000);
  afterAll(() => void server?.stdin?.end());

  const fuzz = async (...more: string[]) => {
    const args = [
      'run',
      `${url}/openapi.json`,
      '--checks',
      CHECKS,
      '-n',
      EXAMPLES,
      '--seed',
      '7',
      '--no-color',
      '--suppress-health-check',
      'all',
    ];
    // A stream of events does not end by itself.
    const child = spawn(program ?? '', [...args, '--exclude-path', '/v1/events', '--request-timeout', '20', ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [code] = (await once(child, 'exit')) as [number];
    return { code, said };
  };

  (program === undefined ? test.skip : test)(
    'no 5xx, no undocumented status, no answer that its schema refuses; as an admin',
    async () => {
      const { code, said } = await fuzz(
        '--header',
        `Authorization: Bearer ${TOKENS.admin}`,
        '--phases',
        'examples,coverage,fuzzing',
      );
      if (code !== 0) process.stderr.write(`${said}\n`);
      expect(code).toBe(0);
    },
    600_000,
  );

  (program === undefined ? test.skip : test)(
    'and as somebody without a token',
    async () => {
      const { code, said } = await fuzz('--phases', 'examples,coverage');
      if (code !== 0) process.stderr.write(`${said}\n`);
      expect(code).toBe(0);
    },
    600_000,
  );
});
