import type { ModelVersion } from '../domain/model-version.js';
import type { RolloutState } from '../domain/rollout-state.js';
import { contentDigest } from '../identity/content-digest.js';

/** Source: https://openlineage.io/spec/2-0-2/OpenLineage.json */
const SPEC = 'https://openlineage.io/spec';
const RUN_EVENT = `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`;
const PRODUCER = 'urn:sluice:openlineage:v1';

export type RunEventType = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL' | 'ABORT';

/** Any facet says who made it, and which schema it follows. */
interface Facet {
  readonly _producer: string;
  readonly _schemaURL: string;
  readonly [field: string]: unknown;
}
type Facets = Readonly<Record<string, Facet>>;

interface LineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Facets;
}

/** One run event of OpenLineage. A rollout is a run of the job `rollout/<service>`. */
export interface RunEvent {
  readonly eventType: RunEventType;
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly LineageDataset[];
}

/** A version as it is registered. */
export type LineageVersion = Pick<ModelVersion, 'model' | 'version' | 'id'> & Partial<Pick<ModelVersion, 'datasets'>>;

/** What a run event says of a rollout. */
export type LineageSubject = Pick<
  RolloutState,
  'rolloutId' | 'service' | 'owner' | 'baseline' | 'candidate' | 'status' | 'weightPercent' | 'reason'
> &
  Partial<Pick<RolloutState, 'step' | 'verdict'>> & { readonly phase: string };

export interface RolloutLineage {
  /** Of jobs and models, such as `sluice://production`: the same for all rollouts of an installation. */
  readonly namespace: string;
  /** As registered; absent: only their labels are told. */
  readonly baseline?: LineageVersion | undefined;
  readonly candidate?: LineageVersion | undefined;
}

/**
 * What a lineage collector is told of a rollout at one moment.
 * @param eventTime ISO
 */
export function runEvent(
  type: RunEventType,
  eventTime: string,
  state: LineageSubject,
  lineage: RolloutLineage,
): RunEvent {
  const { namespace } = lineage;
  return {
    eventType: type,
    eventTime,
    producer: PRODUCER,
    schemaURL: RUN_EVENT,
    run: { runId: runIdOf(namespace, state.rolloutId), facets: runFacets(type, state) },
    job: { namespace, name: `rollout/${state.service}`, facets: jobFacets(state) },
    inputs: inputsOf(state, lineage),
    outputs: type === 'COMPLETE' ? [serviceOf(state, lineage)] : [],
  };
}

/** A UUID of version 8 (RFC 9562): the same rollout is the same run, whoever tells it. */
function runIdOf(namespace: string, rolloutId: string): string {
  const hex = contentDigest({ namespace, rolloutId });
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function runFacets(type: RunEventType, state: LineageSubject): Facets {
  const { rolloutId, status, phase, step, weightPercent, verdict, reason, baseline, candidate } = state;
  // At its start and while it went on, a view does not say any more what it said then.
  const now = type === 'START' || type === 'RUNNING' ? {} : { status, step, weightPercent, verdict, reason };
  const rollout = facet('urn:sluice:facets:rollout:v1', { rolloutId, phase, baseline, candidate, ...now });
  if (type !== 'FAIL' && type !== 'ABORT') return { sluice_rollout: rollout };
  const error = standard('1-0-1/ErrorMessageRunFacet', { message: reason, programmingLanguage: 'TypeScript' });
  return { sluice_rollout: rollout, errorMessage: error };
}

function jobFacets({ owner, service }: LineageSubject): Facets {
  return {
    jobType: standard('2-0-4/JobTypeJobFacet', { processingType: 'BATCH', integration: 'SLUICE', jobType: 'ROLLOUT' }),
    ownership: standard('1-0-1/OwnershipJobFacet', { owners: [{ name: owner, type: 'OWNER' }] }),
    documentation: standard('1-1-0/DocumentationJobFacet', {
      description: `Progressive delivery of model versions to service ${service}`,
    }),
  };
}

/** Both versions, and the data that the candidate was tried on before; what it was trained on is its training's input. */
function inputsOf(state: LineageSubject, { namespace, baseline, candidate }: RolloutLineage): LineageDataset[] {
  const models = [
    modelOf(namespace, state.service, state.baseline, baseline),
    modelOf(namespace, state.service, state.candidate, candidate),
  ];
  const data = (candidate?.datasets ?? []).filter(({ role }) => role !== 'train');
  const byName = new Map(data.map(({ name, digest }) => [name, digest]));
  return [...models, ...[...byName].map(([name, digest]) => dataset(namespace, name, digest, 'FILE'))];
}

function modelOf(
  namespace: string,
  service: string,
  label: string,
  version: LineageVersion | undefined,
): LineageDataset {
  return version === undefined
    ? dataset(namespace, `${service}:${label}`, label, 'MODEL')
    : dataset(namespace, `${version.model}:${version.version}`, version.id, 'MODEL');
}

/** What serves now. */
function serviceOf({ service, candidate }: LineageSubject, lineage: RolloutLineage): LineageDataset {
  return dataset(lineage.namespace, `service/${service}`, lineage.candidate?.id ?? candidate, 'MODEL');
}

function dataset(namespace: string, name: string, version: string, type: 'MODEL' | 'FILE'): LineageDataset {
  return {
    namespace,
    name,
    facets: {
      version: standard('1-0-1/DatasetVersionDatasetFacet', { datasetVersion: version }),
      datasetType: standard('1-0-1/DatasetTypeDatasetFacet', { datasetType: type }),
    },
  };
}

/** @param path version and name of a facet of the specification */
function standard(path: string, fields: Readonly<Record<string, unknown>>): Facet {
  return facet(`${SPEC}/facets/${path}.json#/$defs/${path.split('/')[1]}`, fields);
}

function facet(schema: string, fields: Readonly<Record<string, unknown>>): Facet {
  return { ...fields, _producer: PRODUCER, _schemaURL: schema };
}
