/** One row's answer. */
export interface Prediction {
  /** The predicted class as text. */
  readonly label: string;
  /** The score of each class in the server's order, where it gives them. */
  readonly scores: readonly number[] | null;
}

export interface ModelServer {
  /** @throws {SluiceError} MODEL_UNREACHABLE naming the address and the cause, where the model does not report ready */
  assertReady(): Promise<void>;
  /**
   * @param rows features, one array a row, all of one length
   * @returns one prediction a row, in order, and how long the call took
   * @throws {SluiceError} MODEL_UNREACHABLE | MODEL_ANSWER_INVALID
   */
  infer(rows: readonly (readonly number[])[]): Promise<{ predictions: Prediction[]; latencyMs: number }>;
}
