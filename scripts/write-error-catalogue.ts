import { writeFile } from 'node:fs/promises';
import { errorCatalogue } from './error-catalogue/error-catalogue.js';

// `npm run error-catalogue`: a test fails when the file is not what this writes.
await writeFile('docs/errors.md', errorCatalogue());
