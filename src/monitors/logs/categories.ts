import type { LogCategory } from '../../domain/log-line.js';

/** The first that fits: memory of a GPU is about memory, a time-out of a database about time. */
const RULES: readonly (readonly [LogCategory, RegExp])[] = [
  [
    'out-of-memory',
    /out[ _-]of[ _-](?:\w+[ _-])?memory|\boom\b|oom[ _-]?kill|memoryerror|bad_alloc|cannot allocate|heap (?:limit|out)/i,
  ],
  ['rate-limit', /rate[ _-]?limit|too[ _-]many[ _-]requests|throttl|quota exceeded|backpressure|queue (?:is )?full/i],
  ['timeout', /time[ds]?[ _-]?out|deadline[ _-]?exceeded|etimedout|took too long|gateway-timeout/i],
  ['gpu', /\bcuda|\bcudnn|\bcublas|\bnccl|\bgpus?\b|\brocm\b|\bnvml\b|nvidia|xid error/i],
  [
    'model-load',
    /(?:load|download|deseriali[sz]|unpickl|restor|initiali[sz])\w* (?:of )?(?:the )?(?:\w+ ){0,2}(?:model|checkpoint|weights|artifact|tokenizer)|(?:model|checkpoint|weights|artifact|tokenizer)\b.{0,40}(?:not found|missing|corrupt|failed to load|not (?:be )?(?:loaded|ready))|state_dict|unpicklingerror/i,
  ],
  [
    'auth',
    /unauthori[sz]ed|unauthenticated|forbidden|permission denied|access denied|authenticat|invalid (?:user|token|credential|signature|api[ _-]?key)|password|certificate/i,
  ],
  [
    'data-store',
    /\b(?:sql|postgres\w*|mysql|sqlite|redis|mongo\w*|cassandra|dynamodb|database|feature[ _-]?store|vector[ _-]?store|deadlock|s3)\b|\bs<num>|psycopg|jdbc/i,
  ],
  [
    'connection',
    /connection|econn|socket|broken pipe|reset by peer|unreachable|no route to host|\bdns\b|enotfound|eai_again|name resolution|\bhost\b.{0,20}not found|hang ?up|tls|handshake|bad-gateway|service-unavailable/i,
  ],
  [
    'input',
    /valueerror|typeerror|keyerror|validation|invalid|malformed|unexpected (?:token|key|field|type)|schema|shape|dimension|dtype|\bnan\b|missing (?:field|feature|column|input|value)|could not (?:convert|parse)|pars(?:e|ing) error|jsondecode|bad-request|unprocessable/i,
  ],
];

/** What a message is about, by the words of its template. */
export function categoryOf(template: string): LogCategory {
  // A parameter that was masked is not what it is about.
  const words = template.replace(/\S*<secret>/g, '');
  return RULES.find(([, pattern]) => pattern.test(words))?.[0] ?? 'other';
}
