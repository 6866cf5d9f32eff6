import { SluiceError } from './errors.js';

/** A server's own "no" (4xx) to what it was asked, which will be the same next time. Apart from an answer that can not be read. */
export class ModelRefused extends SluiceError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('MODEL_ANSWER_INVALID', message);
    this.status = status;
  }
}
