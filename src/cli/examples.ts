import type { Command } from 'commander';
import { withExamples } from './options.js';

/** At least one of each command that has none where it is defined. A test reads them all as the program would. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: [
    'sluice init --out rollout.yaml',
    'sluice init --yes --service digits --baseline v1@http://127.0.0.1:8110 --candidate v2@http://127.0.0.1:8120 --strategy ab',
    'sluice init monitor --service digits --kind performance --out performance.yaml',
  ],
  lint: ['sluice lint rollout.yaml gateway.yaml'],
  plan: [
    'sluice plan rollout.yaml',
    'sluice plan rollout.yaml --rps 50 --error-rate 0.002',
    'sluice plan rollout.yaml --rps 50 --units-per-day 20000 --primary-value 0.04 -o json',
  ],
  start: [
    'sluice start rollout.yaml --wait',
    'sluice start rollout.yaml --on-conflict queue',
    'sluice start rollout.yaml --dry-run -o json',
  ],
  approve: ['sluice approve digits --reason "looks good at 10 %"'],
  reject: ['sluice reject digits --reason "conversions fall"'],
  delegate: ['sluice delegate digits --to bob --reason "on leave"'],
  pause: ['sluice pause digits --for 2h --reason "the data team deploys"'],
  resume: ['sluice resume digits'],
  abort: ['sluice abort digits --reason "wrong model"'],
  rollback: [
    'sluice rollback digits --reason "support is called"',
    'sluice rollback digits --force --reason "Temporal is down"',
  ],
  promote: [
    'sluice promote digits --reason "no traffic at night"',
    'sluice promote digits --full --yes --reason "hot fix"',
  ],
  extend: ['sluice extend digits --for 6h'],
  'set-weight': ['sluice set-weight digits --to 15'],
  'set-owner': ['sluice set-owner digits --to vision-team'],
  'set weight': ['sluice set weight digits 15 --reason "more samples"'],
  'set owner': ['sluice set owner digits vision-team'],
  jump: ['sluice jump digits --to 2 --reason "begin the second step anew"'],
  'break-glass': ['sluice break-glass digits --reason "incident 4711 needs this version"'],
  dev: ['sluice dev --gateway-config examples/gateway.yaml'],
  worker: ['DATABASE_URL=postgres://127.0.0.1/sluice sluice worker'],
  gateway: ['sluice gateway --config gateway.yaml --port 8080 --collector http://127.0.0.1:8090'],
  force: ['sluice force digits v2 --for 30m'],
  'group start': ['sluice group start group.yaml --wait'],
  'group get': ['sluice group get spring-release --watch'],
  'group approve': ['sluice group approve spring-release --reason "first wave is fine"'],
  'group reject': ['sluice group reject spring-release --reason "first wave is slow"'],
  'group abort': ['sluice group abort spring-release --reason "wrong training data"'],
  queue: ['sluice queue digits'],
  dequeue: ['sluice dequeue digits digits-v3-1a2b3c'],
  retry: ['sluice retry digits --from-step 2 --wait'],
  doctor: ['sluice doctor --service digits'],
  'freeze create': [
    'sluice freeze create --for 3d --reason "end of quarter"',
    'sluice freeze create --service "eu-*" --until 2026-11-30T08:00:00Z --reason "sale"',
  ],
  'freeze list': ['sluice freeze list --all'],
  'freeze lift': ['sluice freeze lift f-1a2b3c --reason "over early"'],
  'models register': ['sluice models register --model digits --label v2 --artifact model.joblib --param depth=8'],
  'models list': ['sluice models list digits'],
  'models show': ['sluice models show digits:v2'],
  'models diff': ['sluice models diff digits:v1 digits:v2'],
  'models lineage': ['sluice models lineage digits:v2 --depth 5'],
  'models verify': ['sluice models verify digits:v2 --server http://127.0.0.1:8120'],
  'models alias': ['sluice models alias digits@champion digits:v2 --reason "promoted by hand"'],
  validate: ['sluice validate -f rollout.yaml --report junit=validation.xml'],
  'validations list': ['sluice validations list digits --candidate v2'],
  'validations show': ['sluice validations show v-1a2b3c'],
  'validations diff': ['sluice validations diff v-1a2b3c v-4d5e6f'],
  'logs follow': ['sluice logs follow server.log --service digits --version v2'],
  'logs report': ['sluice logs report digits --since 6h'],
  'logs prune': ['sluice logs prune --keep 14d'],
  'logs templates': ['sluice logs templates server.log --format content'],
  'feedback import': [
    'sluice feedback import labels.csv --service digits --map prediction_id=pid --set kind=label --dry-run',
  ],
  'feedback stats': ['sluice feedback stats digits --since 1d'],
  'feedback prune': ['sluice feedback prune --older-than 180d --service digits'],
  'feedback forget': ['sluice feedback forget --unit user-4711'],
  'monitor create': [
    'sluice monitor create -f performance.yaml',
    'sluice monitor create -f performance.yaml --replace --dry-run',
  ],
  'monitor list': ['sluice monitor list --service digits'],
  'monitor show': ['sluice monitor show digits performance --limit 50'],
  'monitor pause': ['sluice monitor pause digits performance --reason "load test"'],
  'monitor resume': ['sluice monitor resume digits performance'],
  'monitor run': ['sluice monitor run digits performance'],
  'monitor delete': ['sluice monitor delete digits performance'],
  'incidents list': ['sluice incidents list --service digits --all'],
  'incidents show': ['sluice incidents show i-09b028118782 --post-mortem'],
  'incidents ack': ['sluice incidents ack i-09b028118782 --reason "on it"'],
  'incidents resolve': ['sluice incidents resolve i-09b028118782 --reason "disk is larger now"'],
  'incidents silence': ['sluice incidents silence --match service=digits monitor=logs --for 2h --reason "load test"'],
  'incidents silences': ['sluice incidents silences --all'],
  'incidents unsilence': ['sluice incidents unsilence s-1a2b3c'],
  report: ['sluice report digits -o report.html', 'sluice report digits --json - | jq .figures'],
  plot: ['sluice plot digits --metric latency_p99 -o latency.svg'],
  'codec-server': ['SLUICE_CODEC_KEYS=keys.json sluice codec-server --port 8089'],
  'keys create': ['sluice keys create ann --role release --keyset keys.json'],
  whoami: ['sluice whoami'],
};

/** Every help text ends with how the command is used. */
export function addExamples(program: Command): void {
  for (const [path, examples] of Object.entries(EXAMPLES)) {
    const command = path
      .split(' ')
      .reduce<Command | undefined>((at, name) => at?.commands.find((one) => one.name() === name), program);
    if (command !== undefined) withExamples(command, ...examples);
  }
}
