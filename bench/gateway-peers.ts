/** Ports of 127.0.0.1 that the gateway bench uses. */
export const BACKEND_PORT = 19_100;
export const ADMIN_PORT = 19_111;
export const PORTS = {
  nginx: 19_101,
  haproxy: 19_102,
  envoy: 19_103,
  mirror: 19_104,
  slowMirror: 19_105,
  sluice: 19_110,
  collector: 19_112,
  slow: 19_113,
  model: 19_114,
} as const;

const ANSWER =
  '{"model_name":"digits","id":"p-1","outputs":[{"name":"predict","shape":[1],"datatype":"INT64","data":[7]},' +
  '{"name":"predict_proba","shape":[1,10],"datatype":"FP64","data":[0.01,0.01,0.01,0.01,0.01,0.01,0.01,0.9,0.02,0.01]}]}';
const QUESTION = '{"id":"p-1","inputs":[{"name":"predict","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}';

/** What each process reads: one worker, kept-alive connections both ways, a sticky split by a hash of x-user-key, a log line a request. */
export function configs(folder: string): Record<string, string> {
  const nginx = (name: string, http: string) =>
    `worker_processes 1; daemon off; pid ${folder}/${name}.pid; error_log /dev/null;
events { worker_connections 4096; }
http { client_body_temp_path ${folder}/${name}-body; keepalive_requests 100000000; ${http} }
`;
  return {
    'post.lua': `local n = 0
local body = '${QUESTION}'
request = function()
  n = n + 1
  return wrk.format("POST", "/v2/models/digits/infer", { ["content-type"] = "application/json", ["x-user-key"] = "user-" .. (n % 1000) }, body)
end
`,
    'backend.conf': nginx(
      'backend',
      `access_log off; server { listen 127.0.0.1:${BACKEND_PORT} backlog=4096; location / { default_type application/json; return 200 '${ANSWER}'; } }`,
    ),
    'nginx.conf': nginx(
      'nginx',
      `log_format full '$time_iso8601 $request $status $request_time $arm'; access_log ${folder}/nginx.log full buffer=64k;
upstream v1 { server 127.0.0.1:${BACKEND_PORT}; keepalive 64; keepalive_requests 100000000; }
upstream v2 { server 127.0.0.1:${BACKEND_PORT}; keepalive 64; keepalive_requests 100000000; }
split_clients "salt:$http_x_user_key" $arm { 50% v2; * v1; }
server { listen 127.0.0.1:${PORTS.nginx}; location / { proxy_pass http://$arm; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
    ),
    'mirror.conf': nginx('mirror', mirrored(PORTS.mirror, BACKEND_PORT)),
    'slow-mirror.conf': nginx('slow-mirror', mirrored(PORTS.slowMirror, PORTS.slow)),
    'steady.lua': `local n = 0
local body = '${QUESTION}'
request = function()
  n = n + 1
  return wrk.format("POST", "/v2/models/digits/infer", { ["content-type"] = "application/json", ["x-user-key"] = "user-" .. (n % 1000) }, body)
end
-- Eight connections, ten milliseconds each between two requests: about 800 a second.
delay = function() return math.random(5, 14) end
`,
    'collector.cjs': `require('node:http').createServer((q, r) => q.resume().on('end', () => r.writeHead(202).end('{}'))).listen(${PORTS.collector}, '127.0.0.1')`,
    'slow.cjs': model(PORTS.slow, 200),
    'model.cjs': model(PORTS.model, 10),
    'haproxy.cfg': `global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  timeout connect 2s
  timeout client 60s
  timeout server 10s
  http-reuse always
frontend users
  bind 127.0.0.1:${PORTS.haproxy}
  http-request set-var(txn.bucket) req.hdr(x-user-key),xxh32,mod(10000)
  use_backend v2 if { var(txn.bucket) -m int lt 5000 }
  default_backend v1
backend v1
  server a 127.0.0.1:${BACKEND_PORT}
backend v2
  server b 127.0.0.1:${BACKEND_PORT}
`,
    'envoy.yaml': envoy(folder),
    'gateway.yaml': `sluice: gateway/v1
services:
  - service: digits
    baseline: { version: v1, url: "http://127.0.0.1:${BACKEND_PORT}" }
    protocol: { model: digits, unitKey: header:x-user-key }
`,
  };
}

/** A model server that takes its time. */
function model(port: number, ms: number): string {
  const reply = `r.writeHead(200, { 'content-type': 'application/json' }).end(${JSON.stringify(ANSWER)})`;
  return `require('node:http').createServer((q, r) => q.resume().on('end', () => setTimeout(() => ${reply}, ${ms}))).listen(${port}, '127.0.0.1')`;
}

/** A copy of each request for another server, whose answers are thrown away. */
function mirrored(port: number, shadowPort: number): string {
  return `access_log off;
upstream v1 { server 127.0.0.1:${BACKEND_PORT}; keepalive 64; keepalive_requests 100000000; }
upstream shadow { server 127.0.0.1:${shadowPort}; keepalive 64; keepalive_requests 100000000; }
server { listen 127.0.0.1:${port};
  location / { mirror /shadow; proxy_pass http://v1; proxy_http_version 1.1; proxy_set_header Connection ""; }
  location = /shadow { internal; proxy_pass http://shadow$request_uri; proxy_http_version 1.1; proxy_set_header Connection ""; } }`;
}

function envoy(folder: string): string {
  const cluster = (name: string) => `
  - name: ${name}
    connect_timeout: 1s
    load_assignment:
      cluster_name: ${name}
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${BACKEND_PORT} } } } }] }]`;
  return `static_resources:
  listeners:
  - address: { socket_address: { address: 127.0.0.1, port_value: ${PORTS.envoy} } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: users
          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: ${folder}/envoy.log
          route_config:
            virtual_hosts:
            - name: digits
              domains: ["*"]
              routes:
              - match: { prefix: "/" }
                route:
                  weighted_clusters:
                    use_hash_policy: true
                    clusters: [{ name: v1, weight: 50 }, { name: v2, weight: 50 }]
                  hash_policy: [{ header: { header_name: x-user-key } }]
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:${cluster('v1')}${cluster('v2')}
`;
}
