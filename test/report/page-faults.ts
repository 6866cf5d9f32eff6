const VOID = new Set(['meta', 'br', 'img', 'hr', 'input', 'link']);

/** What is wrong with a page as markup: tags that don't close in their order, ids that are there twice, references to none. */
export function pageFaults(page: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const ids = new Set<string>();
  const wanted: string[] = [];
  const body = page.replace(/<!doctype html>/i, '').replaceAll(/<style>[\s\S]*?<\/style>/g, '<style></style>');
  for (const [tag, slash, name = '', attributes = ''] of body.matchAll(
    /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*\/?>/g,
  )) {
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) faults.push(`${tag} closes ${last}`);
      continue;
    }
    if (!VOID.has(name) && !tag.endsWith('/>')) open.push(name);
    for (const [, key, value = ''] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (key === 'id' && ids.has(value)) faults.push(`id ${value} is there twice`);
      if (key === 'id') ids.add(value);
      if (key === 'aria-labelledby') wanted.push(...value.split(' '));
      if (key === 'href' && value.startsWith('#')) wanted.push(value.slice(1));
      if (key === 'clip-path') wanted.push(...(/^url\(#(.+)\)$/.exec(value)?.slice(1) ?? []));
    }
  }
  const stray = body.replaceAll(/<\/?[a-zA-Z][\w:-]*(?:\s+[\w:-]+(?:="[^"<]*")?)*\s*\/?>/g, '').match(/[<>]/);
  if (stray !== null) faults.push(`a bracket outside of any tag`);
  if (open.length > 0) faults.push(`${open.join(', ')} never close`);
  for (const id of wanted) if (!ids.has(id)) faults.push(`nothing has the id ${id}`);
  return faults;
}
