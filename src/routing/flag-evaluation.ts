import type { FlagValue } from '../domain/spec/flag.js';
import { pick, unitBucket } from './bucket.js';
import type { EvaluationContext } from './evaluation-context.js';
import type { CompiledFlag, CompiledServe, FlagSet } from './flag-set.js';

/** Why a variant is served, in OpenFeature's words. Source: openfeature.dev/specification/types, Resolution Reason. */
type Reason = 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'DEFAULT';

/** Source: openfeature.dev/specification/types, Error Code. */
export type EvaluationError =
  | 'FLAG_NOT_FOUND'
  | 'TARGETING_KEY_MISSING'
  | 'PARSE_ERROR'
  | 'INVALID_CONTEXT'
  | 'GENERAL';

export interface Served {
  readonly key: string;
  readonly value: FlagValue;
  readonly variant: string;
  readonly reason: Reason;
  /** The flag's revision; the rule that matched; the prerequisite that failed. */
  readonly metadata: { readonly revision: number; readonly rule?: string; readonly prerequisite?: string };
}

export interface NotServed {
  readonly key: string;
  readonly errorCode: EvaluationError;
  readonly errorDetails: string;
}

export type Evaluation = Served | NotServed;

/**
 * What a flag serves: `off` where it is disabled or a prerequisite serves something else; else by unit, by the first rule
 * that matches, or by default. A unit keeps its place in the splits of a flag, and has another one in every other salt.
 * @param at ms since 1970
 */
export function evaluate(flags: FlagSet, key: string, context: EvaluationContext, at: number): Evaluation {
  return new Round(flags, context, at).resolve(key);
}

/** All flags, in the order of the set. */
export function evaluateAll(flags: FlagSet, context: EvaluationContext, at: number): Evaluation[] {
  const round = new Round(flags, context, at);
  return [...flags.keys()].map((key) => round.resolve(key));
}

/** One evaluation, in which no prerequisite is worked out twice: where flags share theirs, the paths multiply. */
class Round {
  private readonly flags: FlagSet;
  private readonly context: EvaluationContext;
  private readonly at: number;
  private readonly known = new Map<string, Evaluation>();

  constructor(flags: FlagSet, context: EvaluationContext, at: number) {
    this.flags = flags;
    this.context = context;
    this.at = at;
  }

  resolve(key: string): Evaluation {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const flag = this.flags.get(key);
    if (flag === undefined)
      return { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `there is no flag ${key.slice(0, 100)}` };
    const evaluation = this.decide(flag);
    this.known.set(key, evaluation);
    return evaluation;
  }

  private decide(flag: CompiledFlag): Evaluation {
    const { off, enabled, prerequisites } = flag.definition;
    if (!enabled) return served(flag, off, 'DISABLED');
    for (const { flag: needed, variant } of prerequisites) {
      const other = this.resolve(needed);
      // What can't be worked out has not failed.
      if ('errorCode' in other)
        return { ...other, key: flag.key, errorDetails: `prerequisite ${needed}: ${other.errorDetails}` };
      if (other.variant !== variant) return served(flag, off, 'DISABLED', { prerequisite: needed });
    }
    return this.target(flag);
  }

  private target(flag: CompiledFlag): Evaluation {
    const { unit, attributes } = this.context;
    const own = unit === null ? undefined : flag.byUnit.get(unit);
    if (own !== undefined) return served(flag, own, 'TARGETING_MATCH');
    for (const { name, applies, serve } of flag.rules)
      if (applies(attributes, this.at)) return this.serve(flag, serve, 'TARGETING_MATCH', { rule: name });
    const { rules, byUnit, definition, byDefault } = flag;
    const isStatic = rules.length === 0 && byUnit.size === 0 && definition.prerequisites.length === 0;
    return this.serve(flag, byDefault, isStatic ? 'STATIC' : 'DEFAULT');
  }

  private serve(flag: CompiledFlag, serve: CompiledServe, reason: Reason, why: { rule?: string } = {}): Evaluation {
    if (serve.kind === 'variant') return served(flag, serve.variant, reason, why);
    const { unit } = this.context;
    if (unit === null)
      return {
        key: flag.key,
        errorCode: 'TARGETING_KEY_MISSING',
        errorDetails: `${flag.key} is split by targetingKey`,
      };
    const variant = serve.variants[pick(unitBucket(flag.salt, unit), serve.sharesPercent)] as string;
    return served(flag, variant, 'SPLIT', why);
  }
}

function served(
  { key, definition: { variants, revision } }: CompiledFlag,
  variant: string,
  reason: Reason,
  why: { rule?: string; prerequisite?: string } = {},
): Served {
  return { key, value: variants[variant] as FlagValue, variant, reason, metadata: { revision, ...why } };
}
