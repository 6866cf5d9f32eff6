/**
 * @param bytes UTF-8, no character cut by a chunk's end
 * @param most characters of a line whose end is not there yet
 * @throws {RangeError} naming the line that is longer
 */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let count = 0;
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    count += lines.length;
    if (rest.length > most) throw new RangeError(`line ${count + 1}: more than ${most} characters`);
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}
