import type { WorkerDeploymentOptions } from '@temporalio/worker';
import { SluiceError } from '../domain/errors.js';

/** Which build of which deployment a worker is. A rollout ends on the build that it was started on. */
export interface WorkerVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** @returns null where neither SLUICE_DEPLOYMENT nor SLUICE_BUILD_ID is set @throws {SluiceError} USAGE naming the one that lacks */
export function workerVersion(env: NodeJS.ProcessEnv = process.env): WorkerVersion | null {
  const deploymentName = env['SLUICE_DEPLOYMENT'] ?? '';
  const buildId = env['SLUICE_BUILD_ID'] ?? '';
  if (deploymentName === '' && buildId === '') return null;
  if (buildId === '') throw lacks('SLUICE_BUILD_ID', `SLUICE_DEPLOYMENT is "${deploymentName}"`);
  if (deploymentName === '') throw lacks('SLUICE_DEPLOYMENT', `SLUICE_BUILD_ID is "${buildId}"`);
  // Temporal writes a version as <deployment>.<build>.
  if (deploymentName.includes('.'))
    throw new SluiceError('USAGE', `SLUICE_DEPLOYMENT: "${deploymentName}" has a dot, which Temporal keeps for itself`);
  return { deploymentName, buildId };
}

function lacks(variable: string, given: string): SluiceError {
  return new SluiceError('USAGE', `${given}, but ${variable} is not set: they come together`);
}

/** Pinned: workflow code may change between builds without a thought for the rollouts that run. */
export function deploymentOptions(version: WorkerVersion): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}

/** What a person has to do before such a worker gets new rollouts. */
export function howToMakeCurrent({ deploymentName, buildId }: WorkerVersion): string {
  const names = `--deployment-name ${deploymentName} --build-id ${buildId}`;
  return `it is build ${buildId} of ${deploymentName}; new rollouts come to it after: temporal worker deployment set-current-version ${names}`;
}
