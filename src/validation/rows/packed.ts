/** Arrays of numbers as text that JSON carries unchanged to the last bit, NaN and -0 included: base64 of their bytes, little-endian. */
type Packable = Float64Array | Uint32Array | Uint16Array;

export function packed(values: Packable): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

export function doublesOf(text: string): Float64Array<ArrayBuffer> {
  return new Float64Array(bytesOf(text));
}

export function wordsOf(text: string): Uint32Array<ArrayBuffer> {
  return new Uint32Array(bytesOf(text));
}

export function shortsOf(text: string): Uint16Array<ArrayBuffer> {
  return new Uint16Array(bytesOf(text));
}

/** A copy: a Buffer lies anywhere in its pool, and doubles must begin at a multiple of 8. */
function bytesOf(text: string): ArrayBuffer {
  const bytes = Buffer.from(text, 'base64');
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
