import { SluiceError } from '../domain/errors.js';
import type { Readiness } from '../domain/protocol.js';
import type { ModelHttp } from './model-http.js';

/** @throws {SluiceError} MODEL_UNREACHABLE where the path does not answer as a ready server's does */
export async function assertAnswers(http: ModelHttp, { path, highestStatus }: Readiness): Promise<void> {
  const { status } = await http.probe(path);
  if (status < 200 || status > highestStatus)
    throw new SluiceError('MODEL_UNREACHABLE', `${http.name}: ${path} says ${status}`);
}
