import { createHash } from 'node:crypto';
import { z } from 'zod';
import { describeError, SluiceError } from '../../domain/errors.js';
import { type FlagDefinition, flag, flagKey } from '../../domain/spec/flag.js';
import { type FlagDefinitions, flags as flagsSchema } from '../../domain/spec/flags.js';
import type { Log } from '../../process/log.js';
import { compileFlags, type FlagSet } from '../../routing/flag-set.js';
import { type KeepState, keepState, readState } from '../state-file.js';
import { Turns } from '../turns.js';

/** The flags in force at one moment. */
export interface FlagsInForce {
  readonly definitions: FlagDefinitions;
  readonly set: FlagSet;
  /** Differs wherever a definition does, and is the same in every replica that has the same ones. */
  readonly tag: string;
}

/** What a command did; a definition of null: the flag is gone. */
export interface FlagChange {
  readonly key: string;
  readonly definition: FlagDefinition | null;
}

/** @param change null where a command repeated what was so already */
export type FlagListener = (change: FlagChange | null) => Promise<void>;

/** The flags of this gateway: those configured, and what commands made of them. Older revisions are refused. */
export class FlagTable {
  private current: FlagsInForce;
  /** Keys that a command has changed: only those are kept, so that what leaves the configuration is gone. */
  private readonly commanded = new Set<string>();
  private readonly configured: FlagDefinitions;
  private readonly path: string;
  private readonly listeners: FlagListener[] = [];
  private readonly writes = new Turns();
  private readonly keep: KeepState;

  private constructor(path: string, configured: FlagDefinitions, keep: KeepState) {
    this.path = path;
    this.keep = keep;
    this.configured = configured;
    this.current = inForce(configured);
  }

  /** Starts from what was kept, where it is newer than the configuration. Where that can't be read, the configured flags serve. */
  static async open(path: string, configured: FlagDefinitions, log: Log, keep = keepState): Promise<FlagTable> {
    const table = new FlagTable(path, configured, keep);
    try {
      for (const key of await table.takeFile()) table.commanded.add(key);
    } catch (error) {
      log('error', 'the kept flags are unreadable; the configured ones serve', { path, cause: describeError(error) });
    }
    return table;
  }

  /** Takes what the file says now. @returns the tag of the flags in force */
  async reload(): Promise<{ tag: string }> {
    await this.takeFile();
    return { tag: this.current.tag };
  }

  /** @returns keys of what the file has in force: what is newer than the configuration, and what that does not have */
  private async takeFile(): Promise<string[]> {
    const kept = newerOf(await readFlagFile(this.path), this.configured);
    this.replace({ ...this.configured, ...kept });
    return Object.keys(kept);
  }

  /** Calls back after each command that is on disk; who gave it waits. */
  onCommand(listener: FlagListener): void {
    this.listeners.push(listener);
  }

  /**
   * Takes what another replica serves, where it is newer than what is known here; all of it at once, as flags need each other.
   * @throws {SluiceError} SPEC_INVALID where it does not hold together with what is known here
   */
  async adopt(definitions: FlagDefinitions): Promise<void> {
    const known = this.inForce.definitions;
    const newer = newerOf(definitions, known);
    const keys = Object.keys(newer);
    if (keys.length === 0) return;
    this.replace({ ...known, ...newer });
    for (const key of keys) this.commanded.add(key);
    await this.save(null);
  }

  get inForce(): FlagsInForce {
    return this.current;
  }

  get(key: string): FlagDefinition | undefined {
    const { definitions } = this.inForce;
    return Object.hasOwn(definitions, key) ? definitions[key] : undefined;
  }

  /**
   * Takes a newer definition, or the same one again; on disk before it returns.
   * @throws {SluiceError} EPOCH_STALE naming both revisions; SPEC_INVALID when prerequisites don't hold together any more
   */
  async apply(key: string, definition: FlagDefinition): Promise<FlagDefinition> {
    const known = this.get(key);
    // As texts, since in a split the order counts.
    const isRepeat = known !== undefined && JSON.stringify(known) === JSON.stringify(definition);
    if (known !== undefined && !isRepeat && definition.revision <= known.revision) {
      const why =
        definition.revision === known.revision ? 'it has another definition' : `it has revision ${known.revision}`;
      throw new SluiceError('EPOCH_STALE', `flag ${key}: revision ${definition.revision} is refused, ${why}`);
    }
    if (!isRepeat) {
      this.replace({ ...this.inForce.definitions, [key]: definition });
      this.commanded.add(key);
    }
    await this.save(isRepeat ? null : { key, definition });
    return definition;
  }

  /**
   * Turns the kill switch, and raises the revision: a definition that was prepared before does not undo it.
   * @throws {SluiceError} NOT_FOUND
   */
  switch(key: string, enabled: boolean): Promise<FlagDefinition> {
    const known = this.get(key);
    if (known === undefined) throw notFound(key);
    return this.apply(key, known.enabled === enabled ? known : { ...known, enabled, revision: known.revision + 1 });
  }

  /** @throws {SluiceError} NOT_FOUND; COMMAND_REFUSED for a configured flag; SPEC_INVALID where another flag needs it */
  async remove(key: string): Promise<void> {
    if (this.get(key) === undefined) throw notFound(key);
    if (Object.hasOwn(this.configured, key))
      throw new SluiceError(
        'COMMAND_REFUSED',
        `flag ${key} is in the gateway's configuration: kill it, or take it out there`,
      );
    this.replace(Object.fromEntries(Object.entries(this.inForce.definitions).filter(([other]) => other !== key)));
    this.commanded.delete(key);
    await this.save({ key, definition: null });
  }

  /** Whoever opens the same file next finds all of it there. */
  close(): Promise<void> {
    return this.writes.close();
  }

  /** @throws {SluiceError} SPEC_INVALID; the flags in force stay */
  private replace(definitions: FlagDefinitions): void {
    const parsed = flagsSchema.safeParse(definitions);
    if (!parsed.success) throw new SluiceError('SPEC_INVALID', z.prettifyError(parsed.error));
    this.current = inForce(parsed.data);
  }

  /** One write at a time, each of the newest state. */
  private async save(change: FlagChange | null): Promise<void> {
    await this.writes.take(() => {
      const kept = Object.entries(this.inForce.definitions).filter(([key]) => this.commanded.has(key));
      return this.keep(this.path, Object.fromEntries(kept));
    });
    await Promise.all(this.listeners.map((listener) => listener(change)));
  }
}

const flagsFile = z.record(flagKey, flag);

/** Flag by flag only: whether they hold together shows with the configured ones. */
async function readFlagFile(path: string): Promise<FlagDefinitions> {
  return flagsFile.parse((await readState(path)) ?? {});
}

/** Those that are not known, or in an older revision. */
function newerOf(definitions: FlagDefinitions, known: FlagDefinitions): FlagDefinitions {
  const isNewer = (key: string, { revision }: FlagDefinition) =>
    !Object.hasOwn(known, key) || revision > (known[key]?.revision ?? -1);
  return Object.fromEntries(Object.entries(definitions).filter(([key, definition]) => isNewer(key, definition)));
}

function inForce(definitions: FlagDefinitions): FlagsInForce {
  const sorted = Object.keys(definitions)
    .sort()
    .map((key) => [key, definitions[key]]);
  const tag = createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22);
  return { definitions, set: compileFlags(definitions), tag };
}

function notFound(key: string): SluiceError {
  return new SluiceError('NOT_FOUND', `there is no flag ${key.slice(0, 100)}`);
}
