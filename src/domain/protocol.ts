interface CommonProtocol {
  /** Where the unit of assignment stands in a request: `header:<name>`, `cookie:<name>`, `body:<JSON pointer>` or `request`. */
  readonly unitKey: string;
  /** Where the attributes that segments ask for stand: name -> field. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** The Open Inference Protocol v2, as MLServer, Triton, KServe and others speak it. */
export interface OpenInferenceProtocol extends CommonProtocol {
  readonly kind: 'open-inference';
  /** The model's name on the wire: requests under `/v2/models/<model>` belong to the service. */
  readonly model: string;
}

/** Any service that takes JSON and answers with it. Pointers are RFC 6901's; in them `-` is the place of a row in a list. */
export interface JsonProtocol extends CommonProtocol {
  readonly kind: 'json';
  /** Predictions are what is posted to this very path. */
  readonly path: string;
  /** A path that says 2xx once the service is ready; without it, one that answers at all is. */
  readonly ready?: string | undefined;
  /** Where a row's features stand, from the row's own root: a list, or with names an object. */
  readonly features: { readonly pointer: string; readonly names?: string[] | undefined };
  readonly prediction: string;
  readonly score?: string | undefined;
  /** Where a request's id stands; an answer that has another one there is refused. */
  readonly id?: string | undefined;
  /** Where the list of rows stands in a request; false: one row a request. */
  readonly batch: string | false;
}

/** Chat completions as OpenAI made them, and vLLM, llama.cpp, Ollama and others speak them. */
export interface ChatProtocol extends CommonProtocol {
  readonly kind: 'chat';
  readonly path: string;
  readonly ready: string;
  /** What our own requests name; users name theirs. */
  readonly model: string;
  readonly system?: string | undefined;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly stream: boolean;
  /** Labels, one of which an answer is expected to name; without them the label is the whole text. */
  readonly choices?: string[] | undefined;
  /** Phrases that make an answer a refusal. */
  readonly refusals?: string[] | undefined;
  /** Variable of the worker's environment with the key that our own requests carry. */
  readonly secretRef?: string | undefined;
}

/** How a service's requests and answers are recognised and read. */
export type Protocol = OpenInferenceProtocol | JsonProtocol | ChatProtocol;

/** The path under which a service's requests arrive. */
export function pathPrefix(protocol: Protocol): string {
  return protocol.kind === 'open-inference' ? `/v2/models/${protocol.model}` : protocol.path;
}

/** Whether two services would claim the same requests. */
export function pathsOverlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** What is asked whether a version is ready, and the highest status that says so. */
export interface Readiness {
  readonly path: string;
  readonly highestStatus: number;
}

export function readinessOf(protocol: Protocol): Readiness {
  switch (protocol.kind) {
    case 'open-inference':
      return { path: `${pathPrefix(protocol)}/ready`, highestStatus: 299 };
    case 'chat':
      return { path: protocol.ready, highestStatus: 299 };
    case 'json':
      // Without a path of its own: a service that says "not this way" to a GET is there, one that fails is not.
      return protocol.ready === undefined
        ? { path: protocol.path, highestStatus: 499 }
        : { path: protocol.ready, highestStatus: 299 };
  }
}
