import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync, type Stats, statSync } from 'node:fs';
import { describeError, SluiceError } from '../../domain/errors.js';

export interface CodecKey {
  readonly id: string;
  readonly key: KeyObject;
}

interface Keys {
  readonly active: CodecKey;
  readonly byId: ReadonlyMap<string, CodecKey>;
}

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** A file is looked at again this often, so that a rotation needs no restart. */
const LOOK_AGAIN_MS = 1000;

/**
 * Keys of payloads, from a file that is read again when it has changed: `{ "active": "2026-11", "keys": { "2026-11": "<base64>" } }`.
 * What is written is encrypted with the active key; what is read may name any of them.
 */
export class KeyRing {
  private readonly path: string;
  private keys: Keys;
  private version: string;
  private lookedAt: number;
  /** Why the file as it is now was not taken over; null where it was. */
  private refused: string | null = null;

  /** @throws {SluiceError} USAGE that says what is wrong with the file, never what stands in it */
  constructor(path: string) {
    this.path = path;
    const stats = statOf(path);
    this.keys = readKeys(path, stats);
    this.version = versionOf(stats);
    this.lookedAt = performance.now();
  }

  active(): CodecKey {
    this.lookAgain(LOOK_AGAIN_MS);
    return this.keys.active;
  }

  /** @throws {SluiceError} PAYLOAD_UNREADABLE naming the key that is missing, and those that are there */
  find(id: string): CodecKey {
    if (!this.keys.byId.has(id)) this.lookAgain(0);
    const found = this.keys.byId.get(id);
    if (found !== undefined) return found;
    const held = [...this.keys.byId.keys()].join(', ');
    const why = this.refused === null ? '' : `; the file has changed and was not taken over: ${this.refused}`;
    throw new SluiceError('PAYLOAD_UNREADABLE', `no key "${id}" in ${this.path}, which has ${held}${why}`);
  }

  /** A file that has become wrong leaves the keys as they are: a rollout must not end over a slip of an editor. */
  private lookAgain(afterMs: number): void {
    if (performance.now() - this.lookedAt < afterMs) return;
    this.lookedAt = performance.now();
    try {
      const stats = statOf(this.path);
      if (versionOf(stats) === this.version) return;
      this.version = versionOf(stats);
      this.keys = readKeys(this.path, stats);
      this.refused = null;
    } catch (error) {
      const reason = describeError(error);
      if (this.refused !== reason) process.emitWarning(`${reason}; the keys that were read before stay in use`);
      this.refused = reason;
    }
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw wrong(path, (error as NodeJS.ErrnoException).code ?? 'can not be read');
  }
}

function versionOf({ mtimeMs, ctimeMs, size, ino }: Stats): string {
  return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
}

function readKeys(path: string, stats: Stats): Keys {
  assertPrivate(path, stats);
  const { active, keys } = parse(path);
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) throw wrong(path, '"keys" is not an object');
  const byId = new Map(Object.entries(keys).map(([id, value]) => [id, keyOf(path, id, value)]));
  const chosen = typeof active === 'string' ? byId.get(active) : undefined;
  if (chosen === undefined) throw wrong(path, `"active" names none of its keys (${[...byId.keys()].join(', ')})`);
  return { active: chosen, byId };
}

/** For the owner's eyes; a file of root's may be read by the group too, as orchestrators mount secrets (PostgreSQL's rule). */
function assertPrivate(path: string, { mode, uid }: Stats): void {
  if (process.platform === 'win32') return;
  const others = uid === 0 && process.getuid?.() !== 0 ? 0o037 : 0o077;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  if ((mode & others) !== 0) throw wrong(path, `others can read or write it (mode ${octal}): chmod 0600`);
}

/** Without the parser's own message, which quotes the text. */
function parse(path: string): { active?: unknown; keys?: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(path, (error as NodeJS.ErrnoException).code ?? 'is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) throw wrong(path, 'is not a JSON object');
  return parsed;
}

function keyOf(path: string, id: string, value: unknown): CodecKey {
  if (!KEY_ID.test(id)) throw wrong(path, 'a key id has 1..64 letters, digits, dots, dashes and underscores');
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES)
    throw wrong(path, `key "${id}" has ${bytes.length} bytes; base64 of ${KEY_BYTES} is asked for`);
  return { id, key: createSecretKey(bytes) };
}

function wrong(path: string, reason: string): SluiceError {
  return new SluiceError('USAGE', `SLUICE_CODEC_KEYS ${path}: ${reason}`);
}
