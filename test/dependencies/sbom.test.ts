import { expect, test } from '@jest/globals';
import { lockedPackages } from '../../scripts/dependencies/locked.js';
import { productionSbom } from '../../scripts/dependencies/sbom.js';

const sbom = productionSbom();

test('it is CycloneDX, and lists every production dependency and no other', () => {
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: expect.stringMatching(/^1\.\d$/) });
  const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);
  const locked = lockedPackages()
    .filter(({ isProduction }) => isProduction)
    .map(({ name, version }) => `${name}@${version}`);
  expect([...new Set(listed)].sort()).toEqual([...new Set(locked)].sort());
});

test('each component has an address, and the hash that the lockfile has', () => {
  const hashes = new Map(lockedPackages().map(({ name, version, integrity }) => [`${name}@${version}`, integrity]));
  for (const { name, version, purl, hashes: found = [] } of sbom.components) {
    expect(decodeURIComponent(purl)).toBe(`pkg:npm/${name}@${version}`);
    const [hash] = found;
    const sri = `sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`;
    expect([name, hash?.alg, sri]).toEqual([name, 'SHA-512', hashes.get(`${name}@${version}`)]);
  }
});

test('whatever depends on something depends on what is listed', () => {
  const refs = new Set(sbom.components.map((component) => component['bom-ref']));
  expect(sbom.dependencies).toHaveLength(refs.size + 1);
  for (const { dependsOn } of sbom.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
});
