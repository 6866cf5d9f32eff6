import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '../domain/errors.js';
import { type Liveness, liveness, ownIdentity, type ProcessIdentity } from './process-identity.js';

export interface FolderLock {
  /** Lets the next owner in. May be called twice. */
  release(): Promise<void>;
}

type Judge = (owner: ProcessIdentity) => Promise<Liveness>;
type Claim = ProcessIdentity & { readonly released: boolean };

const CLAIM = /^claim-(\d+)\.json$/;

/**
 * Takes a folder for this process alone, against other processes and against a second use within this one.
 *
 * The owner is the claim with the highest number. A claim is a whole file that appears at once (`link` fails where the
 * name is taken), so of all who find claim n dead or released, one gets n + 1. The highest claim is never deleted, not
 * even on release, so numbers only grow; who was slow and linked a number that others have long passed sees a higher one
 * and gives way. Nothing has to be cleaned up after `kill -9`, and a pid that was given to another process fools nobody.
 *
 * @param judge whether the process behind a claim still runs
 * @throws {SluiceError} STORE_LOCKED naming the folder and the owner's pid
 */
export async function lockFolder(folder: string, judge: Judge = liveness): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const claim: Claim = { ...(await ownIdentity()), released: false };
  for (;;) {
    const highest = Math.max(0, ...(await claimNumbers(folder)));
    await assertFree(folder, highest, judge);
    const mine = highest + 1;
    if (!(await placeClaim(folder, mine, claim))) continue; // somebody else took this number: look at who
    const numbers = await claimNumbers(folder);
    if (numbers.some((number) => number > mine)) {
      await rm(claimPath(folder, mine), { force: true });
      continue;
    }
    // Only numbers below the highest are deleted, see above.
    for (const old of numbers) if (old < mine) await rm(claimPath(folder, old), { force: true });
    return { release: () => replaceClaim(folder, mine, { ...claim, released: true }) };
  }
}

async function assertFree(folder: string, number: number, judge: Judge): Promise<void> {
  if (number === 0) return;
  const path = claimPath(folder, number);
  const owner = await readClaim(path);
  if (owner === null || owner.released) return;
  const state = await judge(owner);
  if (state === 'dead') return;
  const who = `process ${owner.pid} on ${owner.host}`;
  throw new SluiceError(
    'STORE_LOCKED',
    state === 'alive'
      ? `${folder} is in use by ${who}: one process at a time can have it`
      : `${folder} was locked by ${who}, which cannot be seen from here; if it has ended, remove ${path}`,
  );
}

/** @returns null where a newer owner has tidied the claim away: then a higher number is there */
async function readClaim(path: string): Promise<Claim | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as Claim;
  } catch (cause) {
    throw new SluiceError('STORE_LOCKED', `${path} is not a claim of ours; if no process uses the folder, remove it`, {
      cause,
    });
  }
}

/** @returns false where the number is taken */
async function placeClaim(folder: string, number: number, claim: Claim): Promise<boolean> {
  const draft = await writeDraft(folder, claim);
  try {
    await link(draft, claimPath(folder, number));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replaceClaim(folder: string, number: number, claim: Claim): Promise<void> {
  await rename(await writeDraft(folder, claim), claimPath(folder, number));
}

async function writeDraft(folder: string, claim: Claim): Promise<string> {
  const draft = join(folder, `draft-${randomUUID()}`);
  await writeFile(draft, `${JSON.stringify(claim)}\n`, { flush: true });
  return draft;
}

async function claimNumbers(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = CLAIM.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function claimPath(folder: string, number: number): string {
  return join(folder, `claim-${number}.json`);
}
