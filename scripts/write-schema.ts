import { mkdir, writeFile } from 'node:fs/promises';
import { rolloutJsonSchema } from '../src/yaml/json-schema.js';

// `npm run schema`: a test fails when the file is not what this writes.
await mkdir('schema', { recursive: true });
await writeFile('schema/rollout-v1.schema.json', `${JSON.stringify(rolloutJsonSchema(), null, 2)}\n`);
