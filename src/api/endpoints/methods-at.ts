import { isEndless } from '../endpoint.js';
import { ENDPOINTS } from './index.js';

const PLACES = ENDPOINTS.map((one) => ({
  methods: one.method === 'GET' && !isEndless(one) ? ['GET', 'HEAD'] : [one.method],
  pattern: new RegExp(`^${one.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** What an address takes; empty where there is none such. */
export function methodsAt(path: string): string[] {
  return [...new Set(PLACES.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
}
