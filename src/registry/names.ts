import { SluiceError } from '../domain/errors.js';
import { ALIAS_NAME, MODEL_NAME, VERSION_ID, VERSION_LABEL } from '../domain/model-version.js';

const GRAMMAR = {
  model: MODEL_NAME,
  alias: ALIAS_NAME,
  'version label': VERSION_LABEL,
  'version id': VERSION_ID,
} as const;

/** @throws {SluiceError} USAGE naming a text that is no such name, before it stands in a query, an address or a tag */
export function assertName(kind: keyof typeof GRAMMAR, text: string): void {
  if (!GRAMMAR[kind].test(text))
    throw new SluiceError(
      'USAGE',
      `${JSON.stringify(text.slice(0, 80))} is no ${kind}: it is not ${GRAMMAR[kind].source}`,
    );
}

/** @throws {SluiceError} USAGE */
export function assertLabelOrId(text: string): void {
  if (!VERSION_ID.test(text)) assertName('version label', text);
}
