/** One value of a row. */
export type Cell = number | string | boolean | null;
export type Row = readonly Cell[];

/** One row's answer. */
export interface Prediction {
  /** The predicted class, number or text as text. */
  readonly label: string;
  /** The score of each class in the server's order, where it gives them. */
  readonly scores: readonly number[] | null;
  /** The number itself, where the prediction is one. */
  readonly value?: number | null;
}

export interface Inference {
  predictions: Prediction[];
  /** Of all calls together. */
  latencyMs: number;
  /** Of the bodies; absent where the driver does not tell. */
  bytes?: { sent: number; received: number };
}

/** What one prompt to a language model came to. What went wrong is a result here: its share is what is judged. */
export interface Generation {
  /** Empty where there is no answer. */
  readonly text: string;
  readonly label: string;
  readonly refused: boolean;
  readonly finishReason: string | null;
  /** Until the first token; null where the answer did not come bit by bit. */
  readonly firstTokenMs: number | null;
  readonly latencyMs: number;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  /** Why there is no answer; null where there is one. */
  readonly error: { readonly code: 'MODEL_UNREACHABLE' | 'MODEL_ANSWER_INVALID'; readonly message: string } | null;
}

export interface TensorMetadata {
  readonly name: string;
  /** As the server writes it: FP32, INT64, BYTES … */
  readonly datatype: string;
  /** -1 stands for any number; first, for the rows of a batch. */
  readonly shape: readonly number[];
}

export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  /** None where the server does not say. */
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ModelServer {
  /** @throws {SluiceError} MODEL_UNREACHABLE naming the address and the cause, where the model does not report ready */
  assertReady(): Promise<void>;
  /** What the server says of the model. @throws {SluiceError} MODEL_UNREACHABLE | MODEL_ANSWER_INVALID */
  metadata(): Promise<ModelMetadata>;
  /**
   * @param rows features, one array a row, all of one length
   * @param columns the features' names, where they have some: a model with several inputs finds its own among them
   * @returns one prediction a row, in order, and how long the call took (all calls together, of a model that takes one row at a time)
   * @throws {SluiceError} MODEL_UNREACHABLE | MODEL_ANSWER_INVALID; DATASET_INVALID where the rows are not what the model takes
   */
  infer(rows: readonly Row[], columns?: readonly string[]): Promise<Inference>;
  /** Of language models: one answer a prompt, in order. Rejects only where nothing can be asked at all (a secret that is missing). */
  generate?(prompts: readonly string[]): Promise<Generation[]>;
  /** Brings the model into the server's memory, or takes it out. @throws {SluiceError} MODEL_UNREACHABLE | MODEL_ANSWER_INVALID */
  load?(): Promise<void>;
  unload?(): Promise<void>;
  /** Resident memory of the server's process by its own metrics; null where it does not tell. @throws {SluiceError} MODEL_UNREACHABLE */
  memoryBytes?(): Promise<number | null>;
}
