/** Text that is markup; only `html` and whoever vouches for it by `trusted` make it. */
export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | number | null | undefined | readonly Content[];

/** A template whose values are escaped, unless they are markup themselves. Lists are joined; null is nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return { markup: strings.reduce((text, part, at) => text + asMarkup(values[at - 1]) + part) };
}

/** Only for what was made and escaped here: charts, the style sheet. */
export function trusted(markup: string): Markup {
  return { markup };
}

function asMarkup(content: Content): string {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return 'markup' in content ? content.markup : content.map(asMarkup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attributes in quotes, in HTML and in XML. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
}
