/** Bytes that are not the HTTP/1.1 message they should be. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage';
}
