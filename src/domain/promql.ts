import { isQueryVariable, type QueryVariable, type QueryVariables, unknownVariable } from './query-template.js';

/** A label's value as a string of PromQL: whatever stands in it, it stays within its quotes. */
export function promString(value: string): string {
  return `"${withinQuotes(value, '"')}"`;
}

type Quote = '"' | "'";

/**
 * PromQL takes neither a raw line break nor U+FFFD within quotes, and knows no halves of a surrogate pair. Each quote may be escaped in its own
 * strings only. Source: promql/parser/lex.go and util/strutil/quote.go of Prometheus 2.42.
 */
function withinQuotes(value: string, quote: Quote): string {
  return value.replace(/[\\"'\p{Cc}\p{Cs}\ufffd]/gu, (char) => {
    if (char === '\\' || char === quote) return `\\${char}`;
    if (char === '"' || char === "'") return char;
    const isHalf = /\p{Cs}/u.test(char);
    return `\\u${(isHalf ? 0xfffd : char.charCodeAt(0)).toString(16).padStart(4, '0')}`;
  });
}

/** A regular expression that takes this text and no other. Source: QuoteMeta of Go's regexp, whose syntax PromQL's is. */
function literally(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** Where in a query a variable stands: a matcher's string or regular expression, the query itself, or where no value can be made harmless. */
type Place =
  | { readonly kind: 'equal' | 'regex'; readonly quote: Quote }
  | { readonly kind: 'bare' }
  | { readonly kind: 'other'; readonly where: string };

type Part = string | { readonly name: string; readonly place: Place };

/** What is wrong with the variables of a PromQL template; null where nothing is. */
export function promTemplateFault(template: string): string | null {
  const unknown = unknownVariable(template);
  if (unknown !== null) return unknown;
  for (const part of partsOf(template)) {
    if (typeof part === 'string') continue;
    const { name, place } = part;
    if (place.kind === 'other')
      return `{{${name}}} stands in ${place.where}; write it in the string of a label matcher`;
    if (place.kind === 'bare' && name !== 'window')
      return `{{${name}}} stands outside quotes; write it in the string of a label matcher, as in {version="{{${name}}}"}`;
  }
  return null;
}

/**
 * A PromQL template with its variables. A value can neither end the string it stands in nor be more than text in a regular expression.
 * @throws {RangeError} where `promTemplateFault` finds one
 */
export function fillPromTemplate(template: string, variables: QueryVariables): string {
  const fault = promTemplateFault(template);
  if (fault !== null) throw new RangeError(fault);
  return partsOf(template)
    .map((part) => (typeof part === 'string' ? part : written(part.place, variables[part.name as QueryVariable])))
    .join('');
}

function written(place: Place, value: string): string {
  if (place.kind === 'equal') return withinQuotes(value, place.quote);
  if (place.kind === 'regex') return withinQuotes(literally(value), place.quote);
  // Only the window, which we write ourselves.
  if (!/^\d+s$/.test(value)) throw new RangeError(`a window of "${value}"`);
  return value;
}

/** Comment, raw string, string with escapes, or a variable on its own; one of them at a time, as PromQL's lexer reads them. */
const TOKEN = /#[^\n]*|`[^`]*`?|"(?:\\[\s\S]|[^"\\])*"?|'(?:\\[\s\S]|[^'\\])*'?|\{\{\s*[^{}]*?\s*\}\}/g;
/** An escape is one piece, so that a variable's value never comes right after a backslash. */
const IN_STRING = /\\[\s\S]|\{\{\s*([^{}]*?)\s*\}\}/g;

function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  let code = '';
  for (const { 0: token, index } of template.matchAll(TOKEN)) {
    const between = template.slice(end, index);
    code += between;
    parts.push(between, ...tokenParts(token, code.trimEnd()));
    if (!token.startsWith('#')) code += token;
    end = index + token.length;
  }
  return [...parts, template.slice(end)];
}

/** @param code what stands before it, without comments */
function tokenParts(token: string, code: string): Part[] {
  if (token.startsWith('{{')) return [{ name: token.slice(2, -2).trim(), place: { kind: 'bare' } }];
  const parts: Part[] = [];
  let end = 0;
  for (const found of token.matchAll(IN_STRING)) {
    const [whole, name] = found;
    if (name === undefined || !isQueryVariable(name)) continue;
    parts.push(token.slice(end, found.index), { name, place: placeIn(token, code) });
    end = found.index + whole.length;
  }
  return [...parts, token.slice(end)];
}

function placeIn(token: string, code: string): Place {
  const quote = token[0];
  if (quote === '#') return { kind: 'other', where: 'a comment' };
  if (quote !== '"' && quote !== "'") return { kind: 'other', where: 'a raw string, in which nothing can be escaped' };
  if (/[=!]~$/.test(code)) return { kind: 'regex', quote };
  if (/(?:!|[^=<>!~])=$/.test(code)) return { kind: 'equal', quote };
  return { kind: 'other', where: 'a string that is no label matcher’s' };
}
