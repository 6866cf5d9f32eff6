import { DAY_MS } from '../../domain/duration.js';
import { SluiceError } from '../../domain/errors.js';
import { serviceName, versionName } from '../../domain/spec/target.js';
import { ForceTokens } from '../../gateway/force-token.js';
import { asKey } from '../../gateway/prediction-key.js';

const LONGEST_MS = 30 * DAY_MS;

/** Prints a token that lets whoever sends it meet one version. @throws {SluiceError} USAGE */
export function force(service: string, version: string, forMs: number): void {
  const key = process.env['SLUICE_PREDICTION_KEY'];
  if (key === undefined) throw new SluiceError('USAGE', 'SLUICE_PREDICTION_KEY is not set: tokens are signed with it');
  if (!serviceName.safeParse(service).success) throw new SluiceError('USAGE', `"${service}" is not a service's name`);
  if (!versionName.safeParse(version).success) throw new SluiceError('USAGE', `"${version}" is not a version's name`);
  if (forMs > LONGEST_MS) throw new SluiceError('USAGE', '--for is more than 30 days');
  const tokens = new ForceTokens(asKey(key, 'SLUICE_PREDICTION_KEY'));
  process.stdout.write(`${tokens.make(service, version, Date.now() + forMs)}\n`);
}
