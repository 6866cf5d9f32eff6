import { z } from 'zod';
import { parseSelector } from '../model-version.js';
import { aliasName, modelName } from './model-version.js';

/** How a rollout and the registry of model versions go together. */
export const registry = z
  .strictObject({
    model: modelName.optional().describe('The registered model whose versions these are. Default: the service.'),
    champion: aliasName.default('champion').describe('The alias of what serves: moved at the cutover, and back.'),
    challenger: aliasName.default('challenger').describe('The alias of what is under trial.'),
    required: z
      .boolean()
      .default(false)
      .describe('Refuse versions that nobody registered. Default: they are noted, and no alias is moved to them.'),
    verify: z
      .union([z.boolean(), z.literal('strict')])
      .default(false)
      .describe('Ask both model servers for the digest they serve; another one is refused. strict: silence as well.'),
  })
  .refine(({ champion, challenger }) => champion !== challenger, {
    path: ['challenger'],
    error: 'champion and challenger are the same alias',
  });

export type RegistrySpec = z.output<typeof registry>;

/** For the spec's `superRefine`: a version's name must be one that a registry takes. */
export function checkRegistry(
  spec: { readonly registry?: RegistrySpec | undefined } & Readonly<
    Record<'baseline' | 'candidate', { readonly version: string }>
  >,
  refuse: (path: string[], message: string) => void,
): void {
  if (spec.registry === undefined) return;
  for (const arm of ['baseline', 'candidate'] as const)
    if (parseSelector(spec[arm].version) === null)
      refuse(
        [arm, 'version'],
        `no registry has a version ${spec[arm].version}: what begins with mv- is an id, or none`,
      );
}
