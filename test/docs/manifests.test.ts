import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { refusalOf } from './command-lines.js';
import { readGatewayText } from './gateway-text.js';
import { allPages, blocksOf } from './pages.js';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly name: string }[];
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly port: string } };
}

interface Manifest {
  readonly kind?: string;
  readonly metadata?: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

const manifests = allPages()
  .filter(({ path }) => path === 'docs/recipes/kubernetes.md')
  .flatMap(blocksOf)
  .filter(({ language, text }) => language === 'yaml' && text.startsWith('apiVersion:'))
  .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
const containers = manifests.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);

test('containers run commands that exist, with variables that are in the table of settings', () => {
  const settings = readFileSync('docs/operations.md', 'utf8');
  expect(containers.map(({ name }) => name)).toEqual(['gateway', 'worker', 'api']);
  for (const { args, env = [] } of containers) {
    expect([args, refusalOf(args)]).toEqual([args, null]);
    for (const { name } of env) expect(settings).toContain(`\`${name}\``);
  }
});

test('probes ask ports that are there', () => {
  for (const container of containers)
    for (const [key, value] of Object.entries(container))
      if (key.endsWith('Probe'))
        expect(container.ports?.map(({ name }) => name)).toContain(
          (value as { httpGet: { port: string } }).httpGet.port,
        );
});

test('the gateway’s file in the config map is one', async () => {
  const map = manifests.find(({ kind }) => kind === 'ConfigMap');
  await expect(readGatewayText(map?.data?.['gateway.yaml'] ?? '')).resolves.toMatchObject({
    services: [{ service: 'digits' }],
  });
});
