import type { VersionContent } from '../domain/model-version.js';
import { contentDigest } from '../identity/content-digest.js';

/**
 * The id of a version: `mv-` and the first 16 hex digits of the SHA-256 over its content as canonical JSON. Where it is
 * kept, what it was measured at and who made it are no part of it.
 */
export function versionId({ artifact, parameters, code, environment }: VersionContent): string {
  const content = { artifact: { digest: artifact.digest }, parameters, code, environment };
  return `mv-${contentDigest(content).slice(0, 16)}`;
}
