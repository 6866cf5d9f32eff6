import { z } from 'zod';
import { ERROR_CODES } from '../domain/errors.js';
import { type Endpoint, problemsOf } from './endpoint.js';
import { ENDPOINTS } from './endpoints/index.js';
import { problem } from './schema/common.js';
import { eventData } from './schema/event.js';

type Json = Record<string, unknown>;

/** Names of these stand in the document once. */
const COMPONENTS = { Problem: problem, ...prefixed(eventData) };

const TITLES: Readonly<Record<number, string>> = {
  200: 'As asked.',
  201: 'It is made.',
  202: 'It is kept.',
  204: 'It is gone.',
  400: 'Something in the request is refused; `errors` name each value.',
  401: 'A token is missing, unknown or over; WWW-Authenticate says which.',
  403: 'The token’s role is not enough, or the rollout does not take it from this person.',
  404: 'There is none.',
  409: 'Refused as things stand; the detail says why.',
  413: 'The body is too large.',
  415: 'The body is of another media type.',
  422: 'The request can be read, and what it says can’t be.',
  429: 'Too many; Retry-After says when.',
  500: 'A defect of ours.',
  502: 'Something that this needs answers wrongly.',
  503: 'Something that this needs does not answer now: the store, Temporal, a worker. Retry-After.',
};

/** The api as an OpenAPI 3.1 document, made from the schemas that it is held to. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const one of ENDPOINTS) {
    const methods = paths[one.path] ?? {};
    methods[one.method.toLowerCase()] = operationOf(one);
    paths[one.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version: 'v1',
      description:
        'Rollouts of machine-learning models: what they are, what they rest on, and what is asked of them. docs/api.md',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(ENDPOINTS.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(COMPONENTS).map(([name, schema]) => [name, jsonOf(schema, 'output')])),
      responses: problemComponents(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of `sluice api token create`, or of the issuer.',
        },
        alertBearer: { type: 'http', scheme: 'bearer', description: 'SLUICE_ALERT_TOKEN, for Alertmanager only.' },
      },
    },
    'x-error-codes': ERROR_CODES,
  };
}

function operationOf(one: Endpoint): Json {
  const role = one.access === 'open' || one.access === 'alerts' ? {} : { 'x-role': one.access };
  const security = one.access === 'open' ? [] : [{ [one.access === 'alerts' ? 'alertBearer' : 'bearer']: [] }];
  const parameters = [
    ...parametersOf(one.params, 'path'),
    ...parametersOf(one.query, 'query'),
    ...parametersOf(one.headers, 'header'),
  ];
  return {
    operationId: one.id,
    tags: [one.tag],
    summary: one.summary,
    ...role,
    security,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(one),
    responses: { ...answersOf(one), ...problemAnswers(one) },
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query' | 'header'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name: place === 'header' ? headerName(name) : name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function bodyOf(one: Endpoint): Json {
  if (one.bodyMedia !== undefined)
    return {
      requestBody: { content: { [one.bodyMedia]: { schema: { type: 'string', contentMediaType: one.bodyMedia } } } },
    };
  if (one.body === undefined) return {};
  const isOptional = one.body.safeParse(undefined).success;
  return {
    requestBody: { required: !isOptional, content: { 'application/json': { schema: jsonOf(one.body, 'input') } } },
  };
}

function answersOf(one: Endpoint): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(one.answers).map(([status, schema]) => [
      status,
      {
        description: TITLES[Number(status)],
        ...(schema === null
          ? {}
          : { content: { [one.media ?? 'application/json']: { schema: jsonOf(schema, 'output') } } }),
      },
    ]),
  );
}

function problemAnswers(one: Endpoint): Record<string, Json> {
  return Object.fromEntries(
    problemsOf(one).map((status) => [String(status), { $ref: `#/components/responses/Problem${status}` }]),
  );
}

/** Each problem's answer, once. */
function problemComponents(): Record<string, Json> {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const statuses = new Set(ENDPOINTS.flatMap(problemsOf));
  return Object.fromEntries(
    [...statuses]
      .toSorted((x, y) => x - y)
      .map((status) => [`Problem${status}`, { description: TITLES[status], ...headersOf(status), content }]),
  );
}

function headersOf(status: number): Json {
  const name = status === 401 ? 'WWW-Authenticate' : status === 429 || status === 503 ? 'Retry-After' : null;
  return name === null ? {} : { headers: { [name]: { schema: { type: 'string' } } } };
}

function jsonOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  // Also in the parts of an `allOf`, which no override sees.
  return JSON.parse(JSON.stringify(rest), (key, value: unknown) =>
    key === 'pattern' && typeof value === 'string' ? portable(value) : value,
  ) as Json;
}

/** Classes of Unicode are written out: readers in other languages know other expressions. */
function portable(pattern: string): string {
  return pattern.replaceAll('\\P{Cc}', '[^\\u0000-\\u001f\\u007f-\\u009f]');
}

/** `last-event-id` -> `Last-Event-ID` as people write it. */
function headerName(name: string): string {
  return name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase()).replace(/-Id$/, '-ID');
}

function prefixed(events: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(events).map(([name, schema]) => [`Event${name[0]?.toUpperCase()}${name.slice(1)}`, schema]),
  );
}
