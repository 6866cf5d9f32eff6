import { describeError, SluiceError } from '../../domain/errors.js';
import { callHttp } from '../http-call.js';

const TIMEOUT_MS = 2500;

/** The admin listeners of a cluster's workers, as its primary reaches them. */
export class Workers {
  /** By number; undefined while that one is away. */
  private readonly urls: (string | undefined)[];
  private readonly token: string;

  constructor(count: number, token: string) {
    this.urls = Array.from({ length: count }, () => undefined);
    this.token = token;
  }

  came(index: number, url: string): void {
    this.urls[index] = url;
  }

  went(index: number): void {
    this.urls[index] = undefined;
  }

  get areThere(): boolean {
    return this.urls.every((url) => url !== undefined);
  }

  live(): string[] {
    return this.urls.filter((url) => url !== undefined);
  }

  /**
   * Sends one command to every worker.
   * @throws {SluiceError} with the code of a worker that refused; GATEWAY_UNREACHABLE where one is away, after the others have it
   */
  async tellAll(method: 'PUT' | 'POST', path: string, body: unknown): Promise<unknown[]> {
    const answers = await Promise.allSettled(this.live().map((url) => this.ask(url, method, path, body)));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (!this.areThere) throw new SluiceError('GATEWAY_UNREACHABLE', 'a worker is away, and starts again');
    return answers.map((answer) => (answer as PromiseFulfilledResult<unknown>).value);
  }

  /** What every worker that is there answers; who does not is left out. */
  async askAll(path: string): Promise<unknown[]> {
    const answers = await Promise.allSettled(this.live().map((url) => this.ask(url, 'GET', path)));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  private async ask(url: string, method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const { status, text } = await callHttp({
      method,
      url: `${url}${path}`,
      token: this.token,
      timeoutMs: TIMEOUT_MS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new SluiceError('GATEWAY_UNREACHABLE', `worker ${url}: ${describeError(error)}`, { cause: error });
    });
    const said = JSON.parse(text) as { code?: SluiceError['code']; error?: string };
    if (status < 300) return said;
    throw new SluiceError(said.code ?? 'GATEWAY_UNREACHABLE', `worker ${url}: ${said.error ?? `status ${status}`}`);
  }
}
