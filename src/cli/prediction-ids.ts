import { readFile } from 'node:fs/promises';
import { describeError, SluiceError } from '../domain/errors.js';
import { PredictionIds } from '../gateway/prediction-id.js';
import { asKey } from '../gateway/prediction-key.js';

/** The gateways' ids and hashes, by their key. @throws {SluiceError} USAGE where there is no key, without it */
export async function predictionIds(keyFile: string | undefined): Promise<PredictionIds> {
  if (keyFile !== undefined) {
    const text = await readFile(keyFile, 'utf8').catch((error: unknown) => {
      throw new SluiceError('USAGE', `--key-file ${keyFile}: ${describeError(error)}`);
    });
    return new PredictionIds(asKey(text, keyFile));
  }
  const key = process.env['SLUICE_PREDICTION_KEY'];
  if (key === undefined || key === '')
    throw new SluiceError(
      'USAGE',
      'neither --key-file nor SLUICE_PREDICTION_KEY: prediction ids are checked, and units hashed, with the gateways’ key',
    );
  return new PredictionIds(asKey(key, 'SLUICE_PREDICTION_KEY'));
}
