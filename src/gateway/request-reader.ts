import type { RequestSource } from '../routing/request-field.js';
import { headerOf } from './headers.js';
import type { HeaderList } from './http1/head.js';

/** Reads fields of a request; its body at most once, and only where somebody asks. */
export class RequestReader implements RequestSource {
  private readonly headers: HeaderList;
  private readonly body: Buffer | null;
  private parsed: { value: unknown } | null = null;

  constructor(headers: HeaderList, body: Buffer | null) {
    this.headers = headers;
    this.body = body;
  }

  header(name: string): string {
    return headerOf(this.headers, name);
  }

  json(): unknown {
    this.parsed ??= { value: parse(this.body) };
    return this.parsed.value;
  }
}

function parse(body: Buffer | null): unknown {
  if (body === null) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
