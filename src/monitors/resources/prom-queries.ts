import { promString } from '../../domain/promql.js';
import { measurable, type Resource, type ResourceTarget } from '../../domain/spec/monitors/resources.js';

type Prometheus = NonNullable<ResourceTarget['prometheus']>;

/** Which label tells a target's instances apart. */
export function instanceLabel({ exporter, by }: Prometheus): string {
  return by ?? (exporter === 'cadvisor' ? 'pod' : 'instance');
}

/**
 * The query for each resource that can be had of a target, each a share of its capacity for each instance.
 * Sources: metrics of node_exporter 1.x, of the kubelet's cAdvisor, and of Prometheus' client libraries (process_…).
 */
export function resourceQueries(target: ResourceTarget): Partial<Record<Resource, string>> {
  const { prometheus } = target;
  if (prometheus === undefined) return {};
  const built = builders(prometheus, target.capacity);
  return Object.fromEntries(
    measurable(target).flatMap((resource) => {
      const query = prometheus.queries[resource] ?? built[resource];
      return query === undefined ? [] : [[resource, query]];
    }),
  );
}

function builders(prometheus: Prometheus, capacity: ResourceTarget['capacity']): Partial<Record<Resource, string>> {
  switch (prometheus.exporter) {
    case 'process':
      return processQueries(prometheus, capacity);
    case 'cadvisor':
      return cadvisorQueries(prometheus, capacity);
    case 'node':
      return nodeQueries(prometheus, capacity);
    case 'custom':
      return {};
  }
}

function processQueries(prometheus: Prometheus, { cpuCores, memoryBytes }: ResourceTarget['capacity']) {
  const { by, selector, window } = partsOf(prometheus);
  return {
    cpu: `sum by (${by}) (rate(process_cpu_seconds_total${selector()}[${window}])) / ${cpuCores}`,
    memory: `sum by (${by}) (process_resident_memory_bytes${selector()}) / ${memoryBytes}`,
  };
}

function cadvisorQueries(prometheus: Prometheus, capacity: ResourceTarget['capacity']) {
  const { by, selector, window } = partsOf(prometheus);
  // Without the sums over a pod and its pause container.
  const own = selector('container!=""', 'container!="POD"');
  const sum = (of: string) => `sum by (${by}) (${of})`;
  const cores = capacity.cpuCores ?? sum(`container_spec_cpu_quota${own} / container_spec_cpu_period${own}`);
  // 0 stands for no limit.
  const bytes = capacity.memoryBytes ?? sum(`container_spec_memory_limit_bytes${own} > 0`);
  return {
    cpu: `${sum(`rate(container_cpu_usage_seconds_total${own}[${window}])`)} / ${cores}`,
    memory: `${sum(`container_memory_working_set_bytes${own}`)} / ${bytes}`,
    disk: `max by (${by}) (container_fs_usage_bytes${own} / (container_fs_limit_bytes${own} > 0))`,
    // Of a pod as a whole, under whatever container name.
    network: `${networkRate('container_network', selector(), prometheus)} / ${capacity.networkBytesPerS}`,
  };
}

function nodeQueries(prometheus: Prometheus, { networkBytesPerS }: ResourceTarget['capacity']) {
  const { by, selector, window } = partsOf(prometheus);
  const disks = selector('fstype!~"tmpfs|overlay|squashfs|ramfs|iso9660"');
  return {
    cpu: `1 - avg by (${by}) (rate(node_cpu_seconds_total${selector('mode="idle"')}[${window}]))`,
    memory: `1 - sum by (${by}) (node_memory_MemAvailable_bytes${selector()}) / sum by (${by}) (node_memory_MemTotal_bytes${selector()})`,
    disk: `max by (${by}) (1 - node_filesystem_avail_bytes${disks} / (node_filesystem_size_bytes${disks} > 0))`,
    network: `${networkRate('node_network', selector('device!="lo"'), prometheus)} / ${networkBytesPerS}`,
  };
}

function networkRate(prefix: string, selector: string, prometheus: Prometheus): string {
  const { by, window } = partsOf(prometheus);
  const rate = (way: string) => `sum by (${by}) (rate(${prefix}_${way}_bytes_total${selector}[${window}]))`;
  return `(${rate('receive')} + ${rate('transmit')})`;
}

function partsOf(prometheus: Prometheus) {
  const matchers = Object.entries(prometheus.match).map(([name, value]) => `${name}=${promString(value)}`);
  return {
    by: instanceLabel(prometheus),
    window: `${Math.ceil(prometheus.window / 1000)}s`,
    selector: (...more: string[]) => {
      const all = [...matchers, ...more];
      return all.length === 0 ? '' : `{${all.join(',')}}`;
    },
  };
}
