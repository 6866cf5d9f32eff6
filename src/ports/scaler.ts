import type { ScalingTarget } from '../domain/spec/scaling.js';

/** Whose model servers are scaled. */
export interface ScalingSubject {
  readonly service: string;
  readonly version: string;
  readonly target: ScalingTarget;
}

/**
 * Changes how many model servers serve a version. Every method fails with a SluiceError: SCALING_FAILED where another try may help, else
 * SCALING_REFUSED; or with the signal's reason.
 */
export interface Scaler {
  /** How many there are to be. */
  replicas(subject: ScalingSubject, signal: AbortSignal): Promise<number>;
  /** Absolute, so that a retry repeats the same state. Returns once it has been taken, not once they are ready. */
  scale(subject: ScalingSubject, replicas: number, signal: AbortSignal): Promise<void>;
  /** `ready` take requests now. */
  ready(subject: ScalingSubject, signal: AbortSignal): Promise<{ readonly ready: number; readonly wanted: number }>;
}
