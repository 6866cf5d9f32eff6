import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { buildProgram } from '../../src/cli/program.js';
import { loadSpec } from '../../src/client/load-spec.js';
import { loadGatewayConfig } from '../../src/gateway/config.js';

interface Service {
  readonly image: string;
  readonly command?: string[];
  readonly entrypoint?: string[];
  readonly ports?: string[];
  readonly volumes?: string[];
  readonly depends_on?: Record<string, { condition: string }>;
  readonly environment?: Record<string, string>;
  readonly healthcheck?: unknown;
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, unknown>;
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  test('is what the compose specification asks for', () => {
    const schema = JSON.parse(readFileSync(new URL('./compose-spec.json', import.meta.url), 'utf8')) as Record<
      string,
      unknown
    >;
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    expect(validate(compose) ? [] : validate.errors).toEqual([]);
    expect(validate({ services: { x: { imge: 'y:1.0' } } })).toBe(false);
  });

  test.each(services)('%s has a pinned image', (_, { image }) => {
    expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?[\w.-]*$/);
  });

  test.each(services)('%s is reached from this machine only', (_, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test.each(services)(
    '%s waits for health that is checked, and mounts what there is',
    (_, { depends_on: needs = {}, volumes = [] }) => {
      for (const [name, { condition }] of Object.entries(needs)) {
        expect([name, compose.services[name]?.healthcheck]).toEqual([name, expect.anything()]);
        expect(condition).toBe('service_healthy');
      }
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        expect(source.startsWith('./') ? existsSync(source) : source in compose.volumes).toBe(true);
      }
    },
  );

  test.each(services.filter(([, { image, entrypoint }]) => image.startsWith('sluice:') && !entrypoint))(
    '%s runs a command of the CLI, with options it has',
    (_, { command = [] }) => {
      const [name, ...flags] = command;
      const known = buildProgram().commands.find((candidate) => candidate.name() === name);
      expect(['worker', 'gateway', 'api']).toContain(name);
      for (const flag of flags.filter((text) => text.startsWith('--')))
        expect(known?.options.map(({ long }) => long)).toContain(flag.split('=', 1)[0]);
    },
  );

  test.each(services)('%s is given settings that are read', (_, { environment = {} }) => {
    const sources = [
      'config.ts',
      'cli/program.ts',
      'cli/commands/gateway.ts',
      'worker/metrics.ts',
      'metrics/prometheus/settings.ts',
    ];
    const read = sources.map((path) => readFileSync(`src/${path}`, 'utf8')).join();
    for (const name of Object.keys(environment).filter((text) => text.startsWith('SLUICE_')))
      expect([name, new RegExp(`'${name}'|${name}:`).test(read)]).toEqual([name, true]);
  });

  test.each(services.flatMap(([name, { entrypoint }]) => (entrypoint ? [[name, entrypoint[1] ?? ''] as const] : [])))(
    '%s runs a file that the build makes: %s',
    (_, file) => {
      expect(existsSync(file.replace(/^dist\//, '').replace(/\.js$/, '.ts'))).toBe(true);
    },
  );
});

test('the Dockerfile copies what there is, from pinned images', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');
  for (const line of lines.filter((text) => text.startsWith('FROM '))) expect(line).toMatch(/:\d+\.\d+\.\d+-/);
  for (const line of lines.filter((text) => text.startsWith('COPY ') && !text.includes('--from')))
    for (const source of line.split(' ').slice(1, -1)) expect([source, existsSync(source)]).toEqual([source, true]);
});

test('the spec and the gateway configuration of deploy/ are right', async () => {
  expect((await loadSpec('deploy/rollout-v2.yaml')).service).toBe('digits');
  expect((await loadGatewayConfig('deploy/gateway.yaml')).services).toHaveLength(1);
});

test('the dashboard asks for metrics that the gateway has', () => {
  const dashboard = JSON.parse(readFileSync('deploy/grafana/dashboards/gateway.json', 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const exported = readFileSync('src/gateway/metrics.ts', 'utf8');
  const asked = dashboard.panels.flatMap(({ targets }) =>
    targets.flatMap(({ expr }) => expr.match(/sluice_\w+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(5);
  for (const name of asked) expect(exported).toContain(`'${name.replace(/_bucket$/, '')}'`);
});
