/** What a query of a spec may name, as `{{version}}`. */
const QUERY_VARIABLES = ['service', 'version', 'candidate', 'baseline', 'rolloutId', 'window'] as const;
export type QueryVariable = (typeof QUERY_VARIABLES)[number];

/** `version` is the arm that is asked about; `window` is whole seconds, such as `90s`. */
export type QueryVariables = Readonly<Record<QueryVariable, string>>;

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g;

export function isQueryVariable(name: string): name is QueryVariable {
  return QUERY_VARIABLES.some((known) => known === name);
}

/** The names in a text, known ones and others, as often as they stand there. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '']) => name);
}

/** What is wrong with the names in a text; null where nothing is. */
export function unknownVariable(text: string): string | null {
  const unknown = variablesIn(text).find((name) => !isQueryVariable(name));
  if (unknown === undefined) return null;
  return `{{${unknown.slice(0, 60)}}} is not known; known are ${QUERY_VARIABLES.map((name) => `{{${name}}}`).join(', ')}`;
}

/** Texts, names in double quotes and comments of SQL; one that is not closed reaches to the end. */
const CLOSED_OFF = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)/g;

/** What is wrong with where variables stand in SQL, in which each is a parameter; null where nothing is. */
export function misplacedInSql(text: string): string | null {
  const isMisplaced = text.match(CLOSED_OFF)?.some((part) => variablesIn(part).length > 0) ?? false;
  return isMisplaced ? 'a variable stands within quotes or a comment; it is a parameter and needs none' : null;
}

/** @param write a variable's value, in the form that the place it stands at asks for. Names that are not known stay as they are */
export function fillTemplate(text: string, write: (variable: QueryVariable) => string): string {
  return text.replace(VARIABLE, (whole: string, name: string) => (isQueryVariable(name) ? write(name) : whole));
}
