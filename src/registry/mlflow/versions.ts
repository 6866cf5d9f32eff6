import type { ModelVersion } from '../../domain/model-version.js';
import type { MlflowClient } from './client.js';
import { FORMAT, type MlflowVersion, readVersion, TAGS } from './documents.js';

const PAGE = 1000;
/** Questions at once: MLflow can't be asked for several ids in one. */
const AT_ONCE = 8;

/** One of our versions, with MLflow's own number. */
export interface NumberedVersion {
  readonly number: string;
  readonly version: ModelVersion;
}

interface VersionPage {
  readonly model_versions?: readonly MlflowVersion[];
  readonly next_page_token?: string;
}

/** Which versions to search; all of it together. Values are names of ours, which no quote can end. */
export interface Wanted {
  readonly model?: string;
  readonly id?: string;
  readonly label?: string;
  readonly parent?: string;
}

/** Newest first. Where two writers took one id or label at once, the first of them counts, as in MLflow's own numbers. */
export async function searchVersions(
  client: MlflowClient,
  wanted: Wanted,
  limit = Infinity,
): Promise<NumberedVersion[]> {
  const found: NumberedVersion[] = [];
  let page_token: string | undefined;
  do {
    const page: VersionPage = await client.get('model-versions/search', {
      filter: filterOf(wanted),
      max_results: PAGE,
      order_by: 'version_number DESC',
      page_token,
    });
    for (const kept of page.model_versions ?? []) {
      const version = readVersion(kept);
      if (version !== null) found.push({ number: kept.version, version });
    }
    page_token = page.next_page_token;
  } while (page_token !== undefined && page_token !== '' && found.length <= limit);
  return withoutRepeats(found).slice(0, limit);
}

/** As many searches as there are values, a few at once; in the order of model and label. */
export async function searchAll(client: MlflowClient, wanted: readonly Wanted[]): Promise<ModelVersion[]> {
  const found = new Map<string, ModelVersion>();
  for (let first = 0; first < wanted.length; first += AT_ONCE) {
    const some = wanted.slice(first, first + AT_ONCE).map((one) => searchVersions(client, one));
    for (const { version } of (await Promise.all(some)).flat()) found.set(nameOf(version), version);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, version]) => version);
}

function filterOf({ model, id, label, parent }: Wanted): string {
  const tag = (key: string, value: string) => `tags.\`${key}\` = '${value}'`;
  return [
    tag(TAGS.format, FORMAT),
    ...(model === undefined ? [] : [`name = '${model}'`]),
    ...(id === undefined ? [] : [tag(TAGS.id, id)]),
    ...(label === undefined ? [] : [tag(TAGS.version, label)]),
    ...(parent === undefined ? [] : [tag(TAGS.parent(parent), '1')]),
  ].join(' AND ');
}

/** Of versions with one id or one label in a model, the oldest. */
function withoutRepeats(newestFirst: readonly NumberedVersion[]): NumberedVersion[] {
  const oldest = new Set<string>();
  const kept = newestFirst.toReversed().filter(({ version }) => {
    const keys = [nameOf(version), `${version.model} ${version.id}`];
    if (keys.some((key) => oldest.has(key))) return false;
    for (const key of keys) oldest.add(key);
    return true;
  });
  return kept.toReversed();
}

/** Sorts by model, then by label: the space is in neither, and below all that is. */
function nameOf({ model, version }: ModelVersion): string {
  return `${model} ${version}`;
}
