import { writeFile } from 'node:fs/promises';
import { licencesPage } from './dependencies/licences.js';

// `npm run licences`: a test fails when the file is not what this writes.
await writeFile('docs/licences.md', licencesPage());
