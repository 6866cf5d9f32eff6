import { z } from 'zod';
import { duration } from '../duration.js';
import { versionName } from '../target.js';
import { withoutProto } from '../without-proto.js';

const RESOURCES = ['cpu', 'memory', 'disk', 'network'] as const;
export type Resource = (typeof RESOURCES)[number];

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'expected the name of a label of Prometheus');
const query = z.string().min(1).max(5000);

const prometheus = z
  .strictObject({
    exporter: z
      .enum(['process', 'cadvisor', 'node', 'custom'])
      .default('process')
      .describe(
        'Whose metrics there are: the server’s own (process_…), the kubelet’s, node_exporter’s, or only `queries`.',
      ),
    match: withoutProto('a label', z.record(labelName, z.string().max(500)))
      .default({})
      .describe('Labels of the series, each with its value.'),
    by: labelName.optional().describe('The label that tells instances apart. Default: instance; of cadvisor pod.'),
    window: duration.prefault('1m').describe('Rates are taken over it.'),
    queries: z
      .partialRecord(z.enum(RESOURCES), query)
      .default({})
      .describe('In place of what the exporter has: a share of 0..1 for each value of `by`.'),
  })
  .refine(({ exporter, queries }) => exporter !== 'custom' || Object.keys(queries).length > 0, {
    path: ['queries'],
    error: 'exporter custom needs a query',
  });

const local = z
  .strictObject({
    port: z.int().min(1).max(65_535).optional().describe('Of the process that listens on it.'),
    pid: z.int().min(1).optional(),
    machine: z.literal(true).optional().describe('All of the machine.'),
  })
  .refine((which) => Object.keys(which).length === 1, 'expected exactly one of port, pid and machine');

const target = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits and hyphens'),
    version: versionName.optional().describe('What its instances serve. Without it, they serve several.'),
    prometheus: prometheus.optional(),
    local: local.optional().describe('On the worker’s own machine, the process with its children.'),
    capacity: z
      .strictObject({
        cpuCores: z.number().gt(0).optional(),
        memoryBytes: z.number().gt(0).optional(),
        networkBytesPerS: z.number().gt(0).optional().describe('In and out together.'),
      })
      .default({})
      .describe('What 1 is, of one instance. Default: its container’s limits, or its machine.'),
    minInstances: z.int().min(1).max(500).default(1).describe('With fewer in sight, nothing can be said.'),
  })
  .refine(({ prometheus: given, local: here }) => (given === undefined) !== (here === undefined), {
    error: 'expected exactly one of prometheus and local',
  });
export type ResourceTarget = z.output<typeof target>;

const level = z.number().gt(0).max(10);
const limit = z
  .strictObject({
    resource: z.enum(RESOURCES),
    enter: level.describe('From this share of the capacity on there is trouble.'),
    leave: level.describe('Below it, the trouble is over.'),
    severity: z.enum(['warning', 'critical']).default('warning'),
  })
  .refine(({ enter, leave }) => leave <= enter, { path: ['leave'], error: 'leave is above enter' });
export type ResourceLimit = z.output<typeof limit>;

const DEFAULT_LIMITS: readonly ResourceLimit[] = [
  { resource: 'cpu', enter: 0.9, leave: 0.8, severity: 'warning' },
  { resource: 'memory', enter: 0.95, leave: 0.9, severity: 'critical' },
  { resource: 'disk', enter: 0.95, leave: 0.9, severity: 'warning' },
  { resource: 'network', enter: 0.9, leave: 0.8, severity: 'warning' },
];

/** CPU, memory, disk and network of model servers. */
export const resources = z
  .strictObject({
    kind: z.literal('resources'),
    targets: z.array(target).min(1).max(50),
    limits: z
      .array(limit)
      .min(1)
      .max(20)
      .optional()
      .describe('Default: cpu 90 %, memory 95 %, disk 95 %, network 90 %.'),
    enterAfter: z.int().min(1).max(100).default(2).describe('Runs in a row at or above `enter` before it is trouble.'),
    coolDown: duration.prefault('5m').describe('How long it must stay below `leave` before it is over.'),
  })
  .superRefine((spec, ctx) => {
    const { targets } = spec;
    const limits = limitsOf(spec);
    const refuse = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    for (const [index, each] of targets.entries()) {
      if (targets.findIndex(({ name }) => name === each.name) < index)
        refuse(['targets', index, 'name'], `target ${each.name} is given twice`);
      if (!limits.some(({ resource }) => measurable(each).includes(resource)))
        refuse(['targets', index], `nothing of ${each.name} can be judged: ${whatItNeeds(each)}`);
    }
    for (const [index, { resource, severity }] of limits.entries()) {
      if (limits.findIndex((other) => other.resource === resource && other.severity === severity) < index)
        refuse(['limits', index], `${severity} of ${resource} is given twice`);
      if (spec.limits !== undefined && !targets.some((each) => measurable(each).includes(resource)))
        refuse(['limits', index, 'resource'], `${resource} can be measured of no target`);
    }
  });
export type Resources = z.output<typeof resources>;

export function limitsOf({
  limits,
}: {
  readonly limits?: readonly ResourceLimit[] | undefined;
}): readonly ResourceLimit[] {
  return limits ?? DEFAULT_LIMITS;
}

/** What can be had of a target, given what its exporter knows and which capacities are said. */
export function measurable({ local: here, prometheus: given, capacity }: ResourceTarget): Resource[] {
  const network = capacity.networkBytesPerS === undefined ? [] : (['network'] as const);
  if (here !== undefined) return here.machine ? ['cpu', 'memory', 'disk', ...network] : ['cpu', 'memory'];
  const own = Object.keys(given?.queries ?? {}) as Resource[];
  const ofExporter = (): readonly Resource[] => {
    switch (given?.exporter) {
      case 'process':
        return [
          ...(capacity.cpuCores === undefined ? [] : (['cpu'] as const)),
          ...(capacity.memoryBytes === undefined ? [] : (['memory'] as const)),
        ];
      case 'cadvisor':
      case 'node':
        return ['cpu', 'memory', 'disk', ...network];
      case 'custom':
      case undefined:
        return [];
    }
  };
  return [...new Set([...own, ...ofExporter()])];
}

function whatItNeeds({ prometheus: given }: ResourceTarget): string {
  return given?.exporter === 'process'
    ? 'metrics of a process are shares only of a capacity: give cpuCores or memoryBytes'
    : 'no limit is of what can be measured';
}
