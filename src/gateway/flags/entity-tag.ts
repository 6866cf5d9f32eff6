/** Whether a list of entity tags, as in `If-None-Match`, has one. Weak ones count alike. Source: RFC 9110, section 13.1.2. */
export function isAmong(etag: string, list: string): boolean {
  return list.split(',').some((entry) => {
    const wanted = entry.trim();
    return wanted === '*' || (wanted.startsWith('W/') ? wanted.slice(2) : wanted) === etag;
  });
}
