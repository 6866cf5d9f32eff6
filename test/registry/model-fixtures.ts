import { createHash, randomUUID } from 'node:crypto';
import type { NewModelVersion } from '../../src/domain/model-version.js';

export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
/** A name of its own for each test: one registry serves a whole suite. */
export const newModel = () => `m-${randomUUID().slice(0, 8)}`;

/** Other content for each model and label, as ids are ids of content. */
export function versionOf(model: string, version: string, parts: Partial<NewModelVersion> = {}): NewModelVersion {
  return {
    model,
    version,
    artifact: {
      uri: `s3://models/${model}/${version}`,
      digest: digestOf(`${model}/${version}`),
      bytes: 1234,
    },
    parameters: { 'optimizer.lr': 0.1, depth: 6, bootstrap: true, criterion: 'gini' },
    metrics: { accuracy: 0.97, f1: 0.961234567890123 },
    datasets: [{ name: 'digits-train', digest: digestOf('train'), role: 'train' }],
    environment: { python: '3.11.9', 'scikit-learn': '1.5.2' },
    code: 'a'.repeat(40),
    author: 'Zoë ☃ 𝛂',
    parents: [],
    tags: { team: 'vision', 'a/b:c': 'it\'s "quoted", % and _' },
    description: 'first line\nsecond line',
    ...parts,
  };
}
