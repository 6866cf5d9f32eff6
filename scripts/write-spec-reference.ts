import { writeFile } from 'node:fs/promises';
import { specReference } from './spec-reference/spec-reference.js';

// `npm run spec-reference`: a test fails when the file is not what this writes.
await writeFile('docs/spec-reference.md', specReference());
