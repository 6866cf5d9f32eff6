/**
 * The one grammar for paths of modules, asked where a spec is read and again where the module is run.
 * @returns what is wrong with it; null: nothing, as far as its name tells
 */
export function modulePathFault(path: string): string | null {
  if (/\p{Cc}/u.test(path)) return 'a path holds no control characters';
  if (/^[\\/]|^[A-Za-z]:/.test(path)) return 'it is absolute; paths of modules start in SLUICE_DATA_DIR';
  const parts = path.split(/[\\/]/);
  if (parts.includes('..')) return 'it leads upwards';
  // What others have installed was not written to be run by whoever writes a spec.
  if (parts.includes('node_modules')) return 'it lies in node_modules';
  return /[^\\/]\.(?:js|mjs|ts)$/.test(path) ? null : 'expected a .js, .mjs or .ts file';
}
