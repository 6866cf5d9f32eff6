import { type Connection, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SluiceError } from '../domain/errors.js';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.js';

const { IndexedValueType } = proto.temporal.api.enums.v1;
/** Of gRPC. */
const NOT_FOUND = 5;
const TYPES = {
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  KeywordList: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
} as const;

/**
 * Registers what is missing of our search attributes; those that are there stay as they are.
 * @throws {SluiceError} TEMPORAL_UNAVAILABLE where there is no such namespace
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService
    .listSearchAttributes({ namespace })
    .catch((error: unknown) => {
      throw isGrpcServiceError(error) && error.code === NOT_FOUND ? noNamespace(namespace, error) : error;
    });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, TYPES[type]])),
  });
}

function noNamespace(namespace: string, cause: unknown): SluiceError {
  const make = `temporal operator namespace create -n ${namespace} --retention 720h`;
  return new SluiceError(
    'TEMPORAL_UNAVAILABLE',
    `the Temporal server has no namespace ${namespace} (TEMPORAL_NAMESPACE): ${make}`,
    { cause },
  );
}
