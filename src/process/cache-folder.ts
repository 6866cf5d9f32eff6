import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where is kept between runs what can be made again. XDG_CACHE_HOME set and empty is not set, as the base directory specification has it. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sluice');
}
