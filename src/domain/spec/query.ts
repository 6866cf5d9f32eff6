import { z } from 'zod';
import { promTemplateFault } from '../promql.js';
import { misplacedInSql, unknownVariable, variablesIn } from '../query-template.js';
import { duration } from './duration.js';
import { insecure, isSafeToCall, receiverUrl, secretRef } from './receiver.js';

export const LARGEST_QUERY = 5000;
/** Points that a range query may ask for; a number is made of them, so more would tell no more. */
const MOST_POINTS = 1000;

const reduce = z.enum(['mean', 'min', 'max', 'last']).describe('How several numbers become one.');
const maxAge = duration.prefault('2m').describe('A number that is older says nothing of now.');
const pointer = z
  .string()
  .max(500)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'expected a JSON pointer such as /data/value');
const bearer = secretRef
  .optional()
  .describe('The variable of the worker’s environment with a token that is sent along.');

const prometheus = z
  .strictObject({
    query: z
      .string()
      .min(1)
      .max(LARGEST_QUERY)
      .describe('PromQL that gives one number. {{version}} and its like may stand in label matchers.'),
    range: z
      .strictObject({
        for: duration.describe('How far back.'),
        step: duration.refine((ms) => ms >= 1000, 'a step is 1s at least'),
        reduce: reduce.default('mean'),
      })
      .refine((range) => range.for / range.step <= MOST_POINTS, `a range of more than ${MOST_POINTS} steps`)
      .optional()
      .describe('Asks for the numbers of a stretch of time. Default: for the one at this moment.'),
    maxAge,
    url: receiverUrl.optional().describe('Its base URL. Default: the worker’s own (SLUICE_PROMETHEUS).'),
    bearer,
    insecure,
  })
  .refine(({ url, bearer: token }) => url !== undefined || token === undefined, {
    path: ['bearer'],
    error: 'the worker’s own Prometheus has its own token; give a url with it',
  });
export type PrometheusQuery = z.output<typeof prometheus>;

const http = z.strictObject({
  url: receiverUrl
    .refine((url) => !/^[a-z]+:\/\/[^/?#]*\{\{/i.test(url), 'no variable may stand in the host')
    .describe('Variables may stand in its path and query, and come out encoded.'),
  method: z.enum(['GET', 'POST']).default('GET'),
  body: z.json().optional().describe('Sent as JSON; variables may stand in its texts.'),
  pointer: pointer.default('').describe('Where in the answer the number stands, or a list of numbers.'),
  reduce: reduce.optional().describe('Of a list. Default: it must hold one number.'),
  time: pointer.optional().describe('Where the number’s time stands: ISO, or seconds or milliseconds since 1970.'),
  maxAge,
  bearer,
  insecure,
});
export type HttpQuery = z.output<typeof http>;

const sql = z.strictObject({
  connection: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,40}$/, 'expected a name in capitals')
    .describe('The worker’s SLUICE_SQL_<NAME> holds the URL of a PostgreSQL server.'),
  query: z
    .string()
    .min(1)
    .max(LARGEST_QUERY)
    .describe('One SELECT that gives one row with one number. Variables are parameters: without quotes.'),
});
export type SqlQuery = z.output<typeof sql>;

/** Where a number comes from, and how it is asked for. */
export const queryProvider = z
  .strictObject({ prometheus: prometheus.optional(), http: http.optional(), sql: sql.optional() })
  .superRefine((provider, ctx) => {
    const refuse = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (Object.values(provider).filter((given) => given !== undefined).length !== 1)
      refuse([], 'expected exactly one of prometheus, http and sql');
    checkTemplates(provider, refuse);
    for (const kind of ['prometheus', 'http'] as const) {
      const { url, bearer: token, insecure: allowsHttp } = provider[kind] ?? {};
      if (url !== undefined && token !== undefined && !isSafeToCall(url, allowsHttp))
        refuse([kind, 'url'], 'a token over http to another machine; use https, or say insecure: true');
    }
  });
export type QueryProvider = z.output<typeof queryProvider>;

/** Whether it can be asked about one version at a time. */
export function isPerVersion(provider: QueryProvider): boolean {
  return templatesOf(provider).some(([, text]) => variablesIn(text).includes('version'));
}

function checkTemplates(provider: QueryProvider, refuse: (path: string[], message: string) => void): void {
  for (const [path, text] of templatesOf(provider)) {
    const fault = path[0] === 'prometheus' ? promTemplateFault(text) : unknownVariable(text);
    if (fault !== null) refuse([...path], fault);
  }
  const misplaced = misplacedInSql(provider.sql?.query ?? '');
  if (misplaced !== null) refuse(['sql', 'query'], misplaced);
}

function templatesOf({ prometheus: prom, http: web, sql: table }: QueryProvider): [string[], string][] {
  return [
    ...(prom ? [[['prometheus', 'query'], prom.query] as [string[], string]] : []),
    ...(web ? [[['http', 'url'], web.url] as [string[], string]] : []),
    ...textsIn(web?.body).map((text): [string[], string] => [['http', 'body'], text]),
    ...(table ? [[['sql', 'query'], table.query] as [string[], string]] : []),
  ];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
