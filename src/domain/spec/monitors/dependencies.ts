import { z } from 'zod';
import { duration } from '../duration.js';
import { insecure, isSafeToCall, receiverUrl, secretRef } from '../receiver.js';

const nodeName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits and hyphens');
const share = z.number().min(0).max(1);
const status = z.int().min(100).max(599);
const LONGEST_PROBE_MS = 10_000;

const http = z
  .strictObject({
    url: receiverUrl,
    expectStatus: z.array(status).min(1).max(20).optional().describe('Default: any 2xx. Redirects are not followed.'),
    expectBody: z
      .strictObject({
        pointer: z
          .string()
          .max(500)
          .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'expected a JSON pointer such as /status')
          .describe('Where in the answer, which must be JSON of at most 64 kB.'),
        equals: z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
      })
      .optional(),
    bearer: secretRef.optional().describe('The variable of the worker’s environment with a token that is sent along.'),
    insecure,
  })
  .refine(({ url, bearer, insecure }) => bearer === undefined || isSafeToCall(url, insecure), {
    path: ['url'],
    error: 'a token over http to another machine; use https, or say insecure: true',
  });

const tcp = z.strictObject({
  host: z
    .string()
    .max(253)
    .regex(/^[A-Za-z0-9_.:-]+$/, 'expected a host name or an address'),
  port: z.int().min(1).max(65_535),
});

const promql = z
  .strictObject({
    query: z.string().min(1).max(5000).describe('Must give one number.'),
    min: z.number().optional(),
    max: z.number().optional(),
  })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'a limit is missing: min or max')
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, 'min is above max');

const probe = z
  .strictObject({
    http: http.optional(),
    tcp: tcp.optional().describe('A connection is opened, and closed at once.'),
    promql: promql.optional(),
    timeout: duration
      .prefault('2s')
      .refine((ms) => ms <= LONGEST_PROBE_MS, 'one probe may take 10s at most')
      .describe('Of one probe.'),
    failureThreshold: z.int().min(1).max(100).default(3).describe('Failures in a row before it counts as failed.'),
    successThreshold: z.int().min(1).max(100).default(1).describe('Successes in a row before it counts as well.'),
  })
  .refine(({ http, tcp, promql }) => [http, tcp, promql].filter((kind) => kind !== undefined).length === 1, {
    error: 'expected exactly one of http, tcp and promql',
  });
export type Probe = z.output<typeof probe>;

const node = z.strictObject({
  name: nodeName,
  kind: z.enum(['feature-store', 'embedding', 'database', 'model', 'other']).default('other'),
  criticality: share.default(1).describe('The share of whatever needs it that is lost when it fails.'),
  dependsOn: z.array(nodeName).max(100).default([]),
  probe: probe.optional().describe('Without one, what it needs says how it is.'),
});
export type DependencyNode = z.output<typeof node>;

/** What a service needs, as a graph whose root is the service, and how each part is probed. */
export const dependencies = z
  .strictObject({
    kind: z.literal('dependencies'),
    dependsOn: z
      .array(nodeName)
      .min(1)
      .max(100)
      .optional()
      .describe('What the service itself needs. Default: all that nothing else needs.'),
    threshold: share.default(0.7).describe('The impact on the service from which a failure is critical.'),
    nodes: z.array(node).min(1).max(100),
  })
  .superRefine((spec, ctx) => checkGraph(spec, (path, message) => ctx.addIssue({ code: 'custom', path, message })));
export type Dependencies = z.output<typeof dependencies>;

type Graph = Pick<Dependencies, 'nodes' | 'dependsOn'>;

/** What the service itself needs. */
export function directDependencies({ nodes, dependsOn }: Graph): string[] {
  const needed = new Set(nodes.flatMap((each) => each.dependsOn));
  return dependsOn ?? nodes.map(({ name }) => name).filter((name) => !needed.has(name));
}

function checkGraph(graph: Graph, refuse: (path: (string | number)[], message: string) => void): void {
  const { nodes } = graph;
  const byName = new Map(nodes.map((each) => [each.name, each]));
  const checkNames = (names: readonly string[], path: (string | number)[]) => {
    for (const [index, name] of names.entries())
      if (!byName.has(name)) refuse([...path, index], `${name} is not among the nodes`);
  };
  checkNames(graph.dependsOn ?? [], ['dependsOn']);
  for (const [index, { name, dependsOn, probe: probed }] of nodes.entries()) {
    if (byName.get(name) !== nodes[index]) refuse(['nodes', index, 'name'], `node ${name} is given twice`);
    checkNames(dependsOn, ['nodes', index, 'dependsOn']);
    if (probed === undefined && dependsOn.length === 0)
      refuse(['nodes', index], `node ${name} has neither a probe nor anything it depends on: nothing says how it is`);
  }
  const cycle = findCycle(byName);
  if (cycle !== null) return refuse(['nodes'], `the dependencies go round in a circle: ${cycle.join(' -> ')}`);
  const reached = reachable(byName, directDependencies(graph));
  for (const [index, { name }] of nodes.entries())
    if (!reached.has(name)) refuse(['nodes', index, 'name'], `the service does not need ${name}, over whatever way`);
}

/** @returns the names along one, the first of them again at its end; null where there is none */
function findCycle(byName: ReadonlyMap<string, DependencyNode>): string[] | null {
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | null => {
    const at = path.indexOf(name);
    if (at >= 0) return [...path.slice(at), name];
    if (done.has(name)) return null;
    for (const next of byName.get(name)?.dependsOn ?? []) {
      const found = walk(next, [...path, name]);
      if (found !== null) return found;
    }
    done.add(name);
    return null;
  };
  for (const name of byName.keys()) {
    const found = walk(name, []);
    if (found !== null) return found;
  }
  return null;
}

function reachable(byName: ReadonlyMap<string, DependencyNode>, from: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const rest = [...from];
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    rest.push(...(byName.get(name)?.dependsOn ?? []));
  }
  return reached;
}
