import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../src/api/openapi.js';

/** Writes docs/openapi.json anew: `npm run openapi`, when the api has changed. */
writeFileSync(new URL('../docs/openapi.json', import.meta.url), `${JSON.stringify(openApiDocument(), null, 1)}\n`);
