import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ENDPOINTS } from '../../src/api/endpoints/index.js';
import { openApiDocument } from '../../src/api/openapi.js';
import { SluiceClient } from '../../src/sdk/index.js';

type Operation = { operationId: string; security: unknown[]; responses: Record<string, unknown>; summary: string };
const document = openApiDocument() as { openapi: string; paths: Record<string, Record<string, Operation>> };
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

describe('the OpenAPI document', () => {
  test('is the one that is committed', () => {
    const committed = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    // Run `npm run openapi` where the api has changed on purpose.
    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('is 3.1, and has each address once', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations).toHaveLength(ENDPOINTS.length);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test('says of each operation who may, and what becomes of those who may not', () => {
    for (const { operationId, security, responses } of operations) {
      const isOpen = security.length === 0;
      expect([operationId, '401' in responses, '403' in responses]).toEqual([operationId, !isOpen, !isOpen]);
      for (const status of ['400', '429', '500', '503'])
        expect([operationId, Object.keys(responses)]).toEqual([operationId, expect.arrayContaining([status])]);
    }
  });

  test('only health, metrics, this document and the collector are open', () => {
    const open = operations.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId);
    expect(open.toSorted()).toEqual(['getDocument', 'getHealth', 'getMetrics', 'getReadiness']);
  });

  test('every list is paged', () => {
    for (const one of ENDPOINTS.filter(({ id }) => id.startsWith('list') || id === 'getAliasHistory')) {
      const answer = JSON.stringify(document.paths[one.path]?.['get']?.responses['200']);
      expect([one.id, answer.includes('"next"')]).toEqual([one.id, true]);
    }
  });

  test('the client has a method for each operation', () => {
    const methods = new Set([
      ...Object.getOwnPropertyNames(SluiceClient.prototype),
      ...Object.getOwnPropertyNames(Object.getPrototypeOf(SluiceClient.prototype)),
    ]);
    const missing = operations.map(({ operationId }) => operationId).filter((id) => !methods.has(id));
    expect(missing).toEqual(['followEvents']);
    expect(methods.has('events')).toBe(true);
  });
});
