import { execFileSync } from 'node:child_process';
import { lockedPackages } from './locked.js';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly unknown[];
}

/** The parts of a CycloneDX document that are looked at here. */
export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const MOST_BYTES = 64 * 1024 * 1024;

/**
 * What production is made of, in CycloneDX: npm's own list of the whole lockfile, less what only development needs. npm's `--omit dev` leaves out what both need, and its
 * mark of development is that of one copy of several.
 */
export function productionSbom(): Sbom {
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  const all = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: MOST_BYTES, stdio: 'pipe' })) as Sbom;
  const production = new Set(
    lockedPackages()
      .filter(({ isProduction }) => isProduction)
      .map(({ name, version }) => `${name}@${version}`),
  );
  const components = all.components.filter(({ name, version }) => production.has(`${name}@${version}`));
  const refs = new Set(components.map((component) => component['bom-ref']));
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref) || !all.components.some((component) => component['bom-ref'] === ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  return { ...all, components, dependencies };
}
