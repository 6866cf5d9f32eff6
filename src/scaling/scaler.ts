import { SluiceError } from '../domain/errors.js';
import type { ScalingTargetOf } from '../domain/spec/scaling.js';
import type { Scaler, ScalingSubject } from '../ports/scaler.js';

/** One driver: a scaler of its own kind of targets. */
export interface ScalingDriver<Target> {
  replicas(target: Target, subject: ScalingSubject, signal: AbortSignal): Promise<number>;
  scale(target: Target, replicas: number, subject: ScalingSubject, signal: AbortSignal): Promise<void>;
  ready(target: Target, subject: ScalingSubject, signal: AbortSignal): Promise<{ ready: number; wanted: number }>;
}

/** null: this worker has none of it. */
export interface ScalingDrivers {
  readonly http: ScalingDriver<ScalingTargetOf<'http'>>;
  readonly local: ScalingDriver<ScalingTargetOf<'local'>> | null;
  readonly kubernetes: ScalingDriver<ScalingTargetOf<'kubernetes'>> | null;
}

export function createScaler(drivers: ScalingDrivers): Scaler {
  return {
    // Within a promise whatever happens: a driver that is missing rejects like any other trouble.
    replicas: async (subject, signal) => bound(drivers, subject).replicas(signal),
    scale: async (subject, replicas, signal) => bound(drivers, subject).scale(replicas, signal),
    ready: async (subject, signal) => bound(drivers, subject).ready(signal),
  };
}

function bound(drivers: ScalingDrivers, subject: ScalingSubject) {
  const { target } = subject;
  switch (target.driver) {
    case 'http':
      return over(drivers.http, target, subject);
    case 'local':
      return over(present(drivers.local, 'local', 'SLUICE_LOCAL_MODELS'), target, subject);
    case 'kubernetes':
      return over(present(drivers.kubernetes, 'kubernetes', 'a service account'), target, subject);
  }
}

function over<Target>(driver: ScalingDriver<Target>, target: Target, subject: ScalingSubject) {
  return {
    replicas: (signal: AbortSignal) => driver.replicas(target, subject, signal),
    scale: (replicas: number, signal: AbortSignal) => driver.scale(target, replicas, subject, signal),
    ready: (signal: AbortSignal) => driver.ready(target, subject, signal),
  };
}

function present<Driver>(driver: Driver | null, name: string, what: string): Driver {
  if (driver === null) throw new SluiceError('SCALING_REFUSED', `scaling by ${name}: this worker has no ${what}`);
  return driver;
}
