import type { Alias, AliasChange, ModelSummary, ModelVersion, NewModelVersion } from '../domain/model-version.js';

/** Where an alias is to point. */
export interface AliasMove {
  /** The same id again is the same move: a repeat never undoes what somebody else did since. */
  readonly changeId: string;
  readonly model: string;
  readonly alias: string;
  /** Id of a registered version; null takes the alias away. */
  readonly to: string | null;
  readonly by: string;
  readonly why: string;
  /** Compare and set: the id that it points at now, null: at nothing. Absent: whatever it points at. */
  readonly expected?: string | null | undefined;
}

export interface Registered {
  readonly version: ModelVersion;
  /** False where the same one was registered before. */
  readonly isNew: boolean;
}

/** Model versions, what they were made from, and the names that point at them. Names and ids are checked by whoever calls. */
export interface ModelRegistry {
  /**
   * Keeps a version for ever. The same one again changes nothing.
   * @throws {SluiceError} COMMAND_REFUSED for a label that is taken by other content, for content that is registered with
   *   another label, for other metrics, data sets or parents of the same version, and for lineage that would go in a
   *   circle; NOT_FOUND for a parent that nobody registered
   */
  register(version: NewModelVersion): Promise<Registered>;
  /** By its label or its id. */
  version(model: string, labelOrId: string): Promise<ModelVersion | null>;
  /** Newest first. */
  versions(filter: { readonly model: string; readonly limit: number }): Promise<ModelVersion[]>;
  /** In the order of their names. */
  models(filter: { readonly limit: number }): Promise<ModelSummary[]>;
  /** Of any model: the same content may be registered in several. In the order of model and label. */
  versionsById(ids: readonly string[]): Promise<ModelVersion[]>;
  /** Those that name one of these as a parent. In the order of model and label. */
  childrenOf(ids: readonly string[]): Promise<ModelVersion[]>;

  /**
   * Points an alias at a version, and says so in its history, both or neither. Where it points there already, nothing changes.
   * @returns the change; null where there was none to make
   * @throws {SluiceError} NOT_FOUND for a version that nobody registered; COMMAND_REFUSED where it points at another than `expected`
   */
  moveAlias(move: AliasMove): Promise<AliasChange | null>;
  /** In the order of their names. */
  aliases(model: string): Promise<Alias[]>;
  /** Newest first; also of an alias that was taken away. */
  aliasHistory(filter: {
    readonly model: string;
    readonly alias: string;
    readonly limit: number;
  }): Promise<AliasChange[]>;
}
