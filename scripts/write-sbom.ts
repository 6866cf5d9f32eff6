import { mkdir, writeFile } from 'node:fs/promises';
import { productionSbom } from './dependencies/sbom.js';

// `npm run sbom`: beside the build, so that the image carries the list of what it is made of.
await mkdir('dist', { recursive: true });
await writeFile('dist/sbom.cdx.json', `${JSON.stringify(productionSbom(), null, 2)}\n`);
