import { writeFile } from 'node:fs/promises';
import { BUILT_BUNDLE, compileWorkflows } from './bundle.js';

// The last step of a build: `node dist/src/worker/write-bundle.js`.
const { code } = await compileWorkflows();
await writeFile(BUILT_BUNDLE, code);
