import { type Random, seededRandom } from '../../../src/stats/index.js';

/** A line without its header, and which of the known templates it was made from. */
export interface LabelledLine {
  readonly message: string;
  readonly template: number;
}

type Make = (random: Random) => string;

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
const whole = (random: Random, low: number, high: number) => low + Math.floor(random() * (high - low + 1));
const ip = (r: Random) => `10.${whole(r, 0, 255)}.${whole(r, 0, 255)}.${whole(r, 1, 254)}`;
const port = (r: Random) => whole(r, 1024, 65_535);
const block = (r: Random) => `blk_${r() < 0.5 ? '-' : ''}${whole(r, 1e8, 9e15)}`;
const hex = (r: Random, length: number) => Array.from({ length }, () => pick(r, '0123456789abcdef'.split(''))).join('');
const uuid = (r: Random) => [8, 4, 4, 4, 12].map((length) => hex(r, length)).join('-');
const host = (r: Random) =>
  pick(r, ['ns1.example.net', 'c-24-1.example.org', 'host-7.example.com', 'mail', 'dsl-3.example.de']);
const user = (r: Random) =>
  pick(r, ['root', 'admin', 'oracle', 'test', 'webmaster', 'pgadmin', 'uucp', 'fztu', 'guest', 'matlab']);
const word = (r: Random) =>
  Array.from({ length: whole(r, 3, 9) }, () => pick(r, 'abcdefghijklmnopqrstuvwxyz'.split(''))).join('');

/** Shapes of the Hadoop file system's messages. */
const HDFS: readonly Make[] = [
  (r) => `Receiving block ${block(r)} src: /${ip(r)}:${port(r)} dest: /${ip(r)}:50010`,
  (r) =>
    `BLOCK* NameSystem.allocateBlock: /mnt/hadoop/mapred/system/job_2008${whole(r, 1e8, 9e8)}_000${whole(r, 1, 9)}/job.jar. ${block(r)}`,
  (r) => `PacketResponder ${whole(r, 0, 2)} for block ${block(r)} terminating`,
  (r) => `Received block ${block(r)} of size ${whole(r, 1e4, 6.7e7)} from /${ip(r)}`,
  (r) =>
    `BLOCK* NameSystem.addStoredBlock: blockMap updated: ${ip(r)}:50010 is added to ${block(r)} size ${whole(r, 1e4, 6.7e7)}`,
  (r) => `Verification succeeded for ${block(r)}`,
  (r) => `Served block ${block(r)} to /${ip(r)}`,
  (r) => `${ip(r)}:50010:Got exception while serving ${block(r)} to /${ip(r)}:`,
  (r) => `BLOCK* NameSystem.delete: ${block(r)} is added to invalidSet of ${ip(r)}:50010`,
  (r) => `Deleting block ${block(r)} file /mnt/hadoop/dfs/data/current/subdir${whole(r, 0, 63)}/${block(r)}`,
  (r) => `BLOCK* ask ${ip(r)}:50010 to replicate ${block(r)} to datanode(s) ${ip(r)}:50010`,
  (r) => `${ip(r)}:50010 Starting thread to transfer block ${block(r)} to ${ip(r)}:50010`,
  (r) => `Received block ${block(r)} src: /${ip(r)}:${port(r)} dest: /${ip(r)}:50010 of size ${whole(r, 1e4, 6.7e7)}`,
  (r) =>
    `BLOCK* NameSystem.addStoredBlock: Redundant addStoredBlock request received for ${block(r)} on ${ip(r)}:50010 size ${whole(r, 1e4, 6.7e7)}`,
];

/** Shapes of OpenSSH's messages: short, with names in many places. */
const OPENSSH: readonly Make[] = [
  (r) => `Failed password for ${user(r)} from ${ip(r)} port ${port(r)} ssh2`,
  (r) => `Failed password for invalid user ${user(r)} from ${ip(r)} port ${port(r)} ssh2`,
  (r) =>
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${r() < 0.5 ? ip(r) : host(r)}`,
  (r) =>
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip(r)}  user=${user(r)}`,
  () => 'pam_unix(sshd:auth): check pass; user unknown',
  (r) => `Invalid user ${user(r)} from ${ip(r)}`,
  (r) => `input_userauth_request: invalid user ${user(r)} [preauth]`,
  (r) => `Received disconnect from ${ip(r)}: 11: Bye Bye [preauth]`,
  (r) => `Received disconnect from ${ip(r)}: 11: disconnected by user`,
  (r) => `Connection closed by ${ip(r)} [preauth]`,
  (r) => `reverse mapping checking getaddrinfo for ${host(r)} [${ip(r)}] failed - POSSIBLE BREAK-IN ATTEMPT!`,
  (r) => `PAM ${whole(r, 1, 6)} more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip(r)}`,
  (r) =>
    `PAM ${whole(r, 1, 6)} more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=${ip(r)}  user=${user(r)}`,
  (r) => `PAM service(sshd) ignoring max retries; ${whole(r, 4, 6)} > 3`,
  (r) => `Did not receive identification string from ${ip(r)}`,
  (r) => `Accepted password for ${user(r)} from ${ip(r)} port ${port(r)} ssh2`,
  (r) => `pam_unix(sshd:session): session opened for user ${user(r)} by (uid=0)`,
  (r) => `pam_unix(sshd:session): session closed for user ${user(r)}`,
  (r) =>
    `message repeated ${whole(r, 2, 5)} times: [ Failed password for ${user(r)} from ${ip(r)} port ${port(r)} ssh2]`,
  (r) => `Disconnecting: Too many authentication failures for ${user(r)} [preauth]`,
  () => 'fatal: Write failed: Connection reset by peer [preauth]',
  (r) => `error: Received disconnect from ${ip(r)}: 3: com.jcraft.jsch.JSchException: Auth fail [preauth]`,
];

/** Shapes of the Apache server's error log. */
const APACHE: readonly Make[] = [
  (r) => `jk2_init() Found child ${whole(r, 1000, 32_000)} in scoreboard slot ${whole(r, 1, 12)}`,
  () => 'workerEnv.init() ok /etc/httpd/conf/workers2.properties',
  (r) => `mod_jk child workerEnv in error state ${whole(r, 1, 10)}`,
  (r) => `[client ${ip(r)}] Directory index forbidden by rule: /var/www/html/`,
  (r) => `jk2_init() Can't find child ${whole(r, 1000, 32_000)} in scoreboard`,
  (r) => `mod_jk child init ${whole(r, 1, 3)} -${whole(r, 1, 3)}`,
  (r) => `[client ${ip(r)}] File does not exist: /var/www/html/${word(r)}`,
];

const MODELS = ['digits', 'fraud', 'ranker', 'embedder'];

/** Shapes of a Python model server's errors and notices. */
const MODEL_SERVER: readonly Make[] = [
  (r) =>
    `torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate ${whole(r, 20, 900)}.00 MiB (GPU ${whole(r, 0, 7)}; 15.${whole(r, 10, 90)} GiB total capacity)`,
  (r) => `CUDA error: an illegal memory access was encountered on device cuda:${whole(r, 0, 7)}`,
  (r) => `ValueError: could not convert string to float: '${word(r)}'`,
  (r) =>
    `ValueError: Input contains NaN, infinity or a value too large for dtype('float32')`.replace(
      'float32',
      pick(r, ['float32', 'float64']),
    ),
  (r) => `KeyError: '${word(r)}'`,
  (r) =>
    `RuntimeError: mat1 and mat2 shapes cannot be multiplied (${whole(r, 1, 64)}x${whole(r, 10, 900)} and ${whole(r, 10, 900)}x128)`,
  (r) => `Request ${uuid(r)} timed out after ${whole(r, 1000, 9000)} ms`,
  (r) =>
    `Feature store request for entity ${whole(r, 1, 1e6)} timed out after ${whole(r, 100, 900)}ms, attempt ${whole(r, 1, 3)}`,
  (r) => `redis.exceptions.ConnectionError: Error 111 connecting to ${ip(r)}:6379. Connection refused.`,
  (r) =>
    `psycopg2.OperationalError: could not connect to server: Connection refused on host "${host(r)}" (${ip(r)}) port 5432`,
  (r) =>
    `Loaded model ${pick(r, MODELS)} version v${whole(r, 1, 40)} from s3://models/${word(r)}/${hex(r, 12)} in ${whole(r, 1, 30)}.${whole(r, 1, 9)}s`,
  (r) => `Failed to load model ${pick(r, MODELS)}: FileNotFoundError: /models/${word(r)}/${whole(r, 1, 40)}/model.pt`,
  (r) => `Checksum of artifact ${hex(r, 40)} does not match`,
  (r) => `Worker ${whole(r, 1, 16)} exited with code -${pick(r, [6, 9, 11])}, restarting`,
  (r) => `Batch of ${whole(r, 1, 64)} requests took ${whole(r, 1, 400)} ms, budget ${whole(r, 1, 5)}00 ms`,
  (r) => `Rate limit exceeded for client ${ip(r)}, retry in ${whole(r, 1, 60)}s`,
  (r) => `Invalid API key of client ${ip(r)}`,
  (r) => `Prediction for user ${hex(r, 16)} done in ${whole(r, 1, 90)}.${whole(r, 0, 9)}ms score=0.${whole(r, 10, 99)}`,
  (r) => `Health check ok, queue ${whole(r, 0, 90)}, uptime ${whole(r, 1, 90_000)}s`,
  (r) => `Upstream http://${host(r)}:8080/embed?id=${whole(r, 1, 1e5)} answered ${pick(r, [502, 503])}`,
];

export const CORPORA: Readonly<Record<string, readonly Make[]>> = {
  HDFS,
  OpenSSH: OPENSSH,
  Apache: APACHE,
  'model server': MODEL_SERVER,
};

/** Lines of a corpus; as in real logs a few templates make most of them. The same seed gives the same lines. */
export function corpusOf(name: string, lines: number, seed: number): LabelledLine[] {
  const makes = CORPORA[name] ?? [];
  const random = seededRandom(seed);
  const weights = makes.map((_, i) => 1 / (i + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Array.from({ length: lines }, () => {
    let left = random() * sum;
    const found = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    const template = found === -1 ? 0 : found;
    return { message: makes[template]?.(random) ?? '', template };
  });
}

/**
 * Share of lines whose group is exactly the group of the lines with the same template: one line too many or too few, and none of the group counts.
 * Source: J. Zhu, S. He, J. Liu, P. He, Q. Xie, Z. Zheng, M. R. Lyu (2019), Tools and Benchmarks for Automated Log Parsing, ICSE-SEIP, 121-130.
 */
export function groupingAccuracy(truth: readonly (string | number)[], found: readonly string[]): number {
  const linesOf = <Key>(keys: readonly Key[]) => {
    const lines = new Map<Key, number[]>();
    for (const [i, key] of keys.entries()) {
      const some = lines.get(key);
      if (some === undefined) lines.set(key, [i]);
      else some.push(i);
    }
    return lines;
  };
  const wanted = linesOf(truth);
  let right = 0;
  for (const lines of linesOf(found).values()) {
    const templates = new Set(lines.map((i) => truth[i] as string | number));
    const [template] = templates;
    if (templates.size === 1 && template !== undefined && wanted.get(template)?.length === lines.length)
      right += lines.length;
  }
  return right / truth.length;
}
