import { ENDPOINTS } from './index.js';

const PLACES = ENDPOINTS.map(({ path, method }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** What an address takes; empty where there is none such. */
export function methodsAt(path: string): string[] {
  const methods = PLACES.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  return [...new Set(methods)].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
