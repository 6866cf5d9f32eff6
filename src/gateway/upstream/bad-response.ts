/** What a model server sent is not an answer. */
export class BadResponse extends Error {
  override readonly name = 'BadResponse';
}
