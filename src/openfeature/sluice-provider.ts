import {
  type EvaluationContext,
  FlagNotFoundError,
  GeneralError,
  InvalidContextError,
  type JsonValue,
  OpenFeatureEventEmitter,
  ParseError,
  type Provider,
  ProviderEvents,
  ProviderNotReadyError,
  type ResolutionDetails,
  TargetingKeyMissingError,
  TypeMismatchError,
} from '@openfeature/server-sdk';
import { describeError, ERROR_CODES, SluiceError } from '../domain/errors.js';
import type { FlagDefinitions } from '../domain/spec/flags.js';
import { InvalidContext, readContext } from '../routing/evaluation-context.js';
import { evaluate, type NotServed, type Served } from '../routing/flag-evaluation.js';
import { compileFlags, type FlagSet } from '../routing/flag-set.js';
import { FlagSource } from './flag-source.js';

export interface SluiceProviderOptions {
  /** Base URL of a gateway's admin listener. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string;
  /** Between two looks for changes. Default 5,000. */
  readonly pollIntervalMs?: number;
  /** Until the gateway's answer is whole. Default 5,000. */
  readonly timeoutMs?: number;
}

/**
 * OpenFeature provider for Node that evaluates in the process: definitions come from a gateway, and are looked for again
 * and again. While no gateway answers, the last ones serve and the provider is stale.
 */
export class SluiceProvider implements Provider {
  readonly runsOn = 'server';
  readonly metadata = { name: 'sluice' } as const;
  readonly events = new OpenFeatureEventEmitter();
  private readonly source: FlagSource;
  private readonly pollIntervalMs: number;
  private readonly closing = new AbortController();
  private definitions: FlagDefinitions = {};
  private flags: FlagSet | null = null;
  /** What we have said of the gateway's silence. */
  private trouble: ProviderEvents.Stale | ProviderEvents.Error | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor({ url, token, pollIntervalMs = 5000, timeoutMs = 5000 }: SluiceProviderOptions) {
    this.source = new FlagSource({ url, timeoutMs, ...(token === undefined ? {} : { token }) });
    this.pollIntervalMs = pollIntervalMs;
  }

  /** The SDK reports the outcome as Ready or Error. Either way we go on looking: a gateway may come later. */
  async initialize(): Promise<void> {
    try {
      const definitions = await this.source.fetch(this.closing.signal);
      if (definitions !== null) this.take(definitions);
    } finally {
      this.lookLater();
    }
  }

  async onClose(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.timer);
  }

  async resolveBooleanEvaluation(
    key: string,
    _: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.resolve(key, context, 'boolean', (value) => typeof value === 'boolean');
  }

  async resolveStringEvaluation(
    key: string,
    _: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.resolve(key, context, 'string', (value) => typeof value === 'string');
  }

  async resolveNumberEvaluation(
    key: string,
    _: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.resolve(key, context, 'number', (value) => typeof value === 'number');
  }

  /** A copy each time: the caller may change what is theirs. */
  async resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    _: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    const details = this.resolve(key, context, 'object', (value): value is T & object => typeof value === 'object');
    return { ...details, value: structuredClone(details.value) };
  }

  /** @throws {OpenFeatureError} which makes the SDK serve the caller's default */
  private resolve<T>(
    key: string,
    raw: EvaluationContext,
    kind: string,
    isOfKind: (value: unknown) => value is T,
  ): ResolutionDetails<T> {
    if (this.flags === null) throw new ProviderNotReadyError('no gateway has given any flags yet');
    const evaluation = evaluate(this.flags, key, contextOf(raw), Date.now());
    if ('errorCode' in evaluation) throw errorOf(evaluation);
    const { value, variant, reason, metadata }: Served = evaluation;
    if (!isOfKind(value)) throw new TypeMismatchError(`flag ${key} is a ${typeof value}, not a ${kind}`);
    return { value, variant, reason, flagMetadata: { ...metadata } };
  }

  private take(definitions: FlagDefinitions): void {
    this.flags = compileFlags(definitions);
    this.definitions = definitions;
  }

  /** Does not keep a process alive that has nothing else to do. */
  private lookLater(): void {
    if (this.closing.signal.aborted) return;
    this.timer = setTimeout(() => {
      void this.look().finally(() => this.lookLater());
    }, this.pollIntervalMs).unref();
  }

  private async look(): Promise<void> {
    try {
      const definitions = await this.source.fetch(this.closing.signal);
      if (this.closing.signal.aborted) return;
      const [wasReady, before] = [this.flags !== null && this.trouble === null, this.definitions];
      if (definitions !== null) this.take(definitions);
      this.trouble = null;
      if (!wasReady) this.events.emit(ProviderEvents.Ready, { message: 'a gateway answers' });
      const flagsChanged = changedKeys(before, this.definitions);
      if (flagsChanged.length > 0) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
    } catch (error) {
      this.miss(error);
    }
  }

  /**
   * Stale where waiting may help, an error where somebody has to act; said once, not at every look. Before the first
   * definitions the SDK has said so already.
   */
  private miss(error: unknown): void {
    if (this.closing.signal.aborted || this.flags === null) return;
    const mayPass = error instanceof SluiceError && ERROR_CODES[error.code].retryable;
    const trouble = mayPass ? ProviderEvents.Stale : ProviderEvents.Error;
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.events.emit(trouble, { message: describeError(error) });
  }
}

function contextOf(raw: EvaluationContext) {
  try {
    return readContext(raw);
  } catch (error) {
    throw error instanceof InvalidContext ? new InvalidContextError(error.message) : error;
  }
}

function errorOf({ errorCode, errorDetails }: NotServed): Error {
  switch (errorCode) {
    case 'FLAG_NOT_FOUND':
      return new FlagNotFoundError(errorDetails);
    case 'TARGETING_KEY_MISSING':
      return new TargetingKeyMissingError(errorDetails);
    case 'PARSE_ERROR':
      return new ParseError(errorDetails);
    case 'INVALID_CONTEXT':
      return new InvalidContextError(errorDetails);
    case 'GENERAL':
      return new GeneralError(errorDetails);
  }
}

function changedKeys(before: FlagDefinitions, after: FlagDefinitions): string[] {
  const text = (flags: FlagDefinitions, key: string) => (Object.hasOwn(flags, key) ? JSON.stringify(flags[key]) : '');
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => text(before, key) !== text(after, key),
  );
}
