import { BUCKETS } from '../../src/routing/bucket.js';

/** One listener of a proxy, and how it splits: weights in percent of all versions but the last, v0 first. */
export interface Split {
  readonly port: number;
  readonly hash: 'xxh32' | 'xxh64';
  readonly salt: string;
  readonly weights: readonly number[];
}

/** Where each version's buckets end: the rounded sums of the weights. */
function ends(weights: readonly number[]): number[] {
  return weights.map((_, i) => Math.round((weights.slice(0, i + 1).reduce((a, b) => a + b, 0) * BUCKETS) / 100));
}

/**
 * HAProxy answers by itself, with the bucket in a header. `fhdr`, as `hdr` would read a value only up to a comma.
 * `xxh64` is a signed number there, and its `mod` keeps the sign. Taken as unsigned, as Envoy does, a negative hash has 2^64 more, and
 * 2^64 is 1,616 modulo 10,000; 10,000 on top, as the remainder may be as low as -9,999.
 */
export function haproxyConfig(splits: readonly Split[]): string {
  const frontend = ({ port, hash, salt, weights }: Split) => `frontend on-${port}
  bind 127.0.0.1:${port}
  http-request set-var-fmt(txn.key) "${salt}:%[req.fhdr(x-user-key)]"
  http-request set-var(txn.hash) var(txn.key),${hash}
  http-request set-var(txn.bucket) var(txn.hash),mod(${BUCKETS})
  http-request set-var(txn.bucket) var(txn.bucket),add(11616),mod(${BUCKETS}) if { var(txn.hash) -m int lt 0 }
${ends(weights)
  .map((end, i) => `  use_backend v${i} if { var(txn.bucket) -m int lt ${end} }`)
  .join('\n')}
  default_backend v${weights.length}
`;
  const backend = (version: number) => `backend v${version}
  http-request set-var(txn.plain) var(txn.hash),mod(${BUCKETS})
  http-request return status 200 hdr x-version ${version} hdr x-bucket %[var(txn.bucket)] hdr x-plain %[var(txn.plain)]
`;
  return `global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 10s
${splits.map(frontend).join('')}${versionsOf(splits).map(backend).join('')}`;
}

/**
 * Envoy picks a weighted cluster by the hash modulo the sum of weights, 10,000 here. The rewritten header is hashed and nothing else:
 * a second entry in `hash_policy` would be mixed in.
 * @param backends port of each version's server
 */
export function envoyConfig(splits: readonly Split[], backends: readonly number[]): string {
  const weights = (split: Split) => [0, ...ends(split.weights), BUCKETS];
  const clusters = (split: Split) =>
    weights(split)
      .slice(1)
      .map((end, i) => `{ name: v${i}, weight: ${end - (weights(split)[i] as number)} }`);
  const listener = (split: Split) => `
  - address: { socket_address: { address: 127.0.0.1, port_value: ${split.port} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: on_${split.port}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                route:
                  weighted_clusters: { use_hash_policy: true, clusters: [${clusters(split).join(', ')}] }
                  hash_policy:
                  - header: { header_name: x-user-key, regex_rewrite: { pattern: { regex: "^" }, substitution: "${split.salt}:" } }
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }`;
  const cluster = (version: number) => `
  - name: v${version}
    connect_timeout: 1s
    load_assignment:
      cluster_name: v${version}
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${backends[version]} } } } }] }]`;
  return `static_resources:
  listeners:${splits.map(listener).join('')}
  clusters:${versionsOf(splits).map(cluster).join('')}
`;
}

function versionsOf(splits: readonly Split[]): number[] {
  return [...Array(1 + Math.max(...splits.map(({ weights }) => weights.length))).keys()];
}
