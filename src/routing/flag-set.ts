import type { FlagDefinition, Serve } from '../domain/spec/flag.js';
import type { FlagDefinitions } from '../domain/spec/flags.js';
import { type CompiledCondition, compileCondition } from './condition.js';

/** Who gets which variant: everybody the same, or units by their bucket. */
export type CompiledServe =
  | { readonly kind: 'variant'; readonly variant: string }
  /** All shares but the last: the last variant takes the rest. */
  | { readonly kind: 'split'; readonly variants: readonly string[]; readonly sharesPercent: readonly number[] };

/** A flag, ready to be evaluated. */
export interface CompiledFlag {
  readonly key: string;
  readonly definition: FlagDefinition;
  readonly salt: string;
  /** Variants of units that are named one by one. */
  readonly byUnit: ReadonlyMap<string, string>;
  readonly rules: readonly {
    readonly name: string;
    readonly applies: CompiledCondition;
    readonly serve: CompiledServe;
  }[];
  readonly byDefault: CompiledServe;
}

/** Flags by key; a map, so that `constructor` is a key like any other. */
export type FlagSet = ReadonlyMap<string, CompiledFlag>;

/** Compiles flags that the schema has taken. */
export function compileFlags(definitions: FlagDefinitions): FlagSet {
  return new Map(Object.entries(definitions).map(([key, definition]) => [key, compileFlag(key, definition)]));
}

function compileFlag(key: string, definition: FlagDefinition): CompiledFlag {
  const { salt = key, units, rules, default: byDefault } = definition;
  return {
    key,
    definition,
    salt,
    byUnit: new Map(Object.entries(units).flatMap(([variant, keys]) => keys.map((unit) => [unit, variant] as const))),
    rules: rules.map((rule) => ({ name: rule.name, applies: compileCondition(rule), serve: compileServe(rule.serve) })),
    byDefault: compileServe(byDefault),
  };
}

function compileServe(serve: Serve): CompiledServe {
  if (typeof serve === 'string') return { kind: 'variant', variant: serve };
  return { kind: 'split', variants: Object.keys(serve), sharesPercent: Object.values(serve).slice(0, -1) };
}
