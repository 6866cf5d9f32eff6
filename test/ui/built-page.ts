import { existsSync } from 'node:fs';

/** Whether `npm run build:ui` has run; says so where it has not. */
export function hasBuiltPage(): boolean {
  const isBuilt = existsSync('dist/ui/index.html');
  if (!isBuilt) process.stderr.write('SKIPPED: the dashboard is not built; npm run build:ui\n');
  return isBuilt;
}
