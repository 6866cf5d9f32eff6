import type { AddressInfo } from 'node:net';
import { type ApiDeps, createApi } from './create-api.js';

export interface StartedApi {
  /** With the port it really has. */
  readonly url: string;
  /** Waits for the requests under way. The store stays open. */
  close(): Promise<void>;
}

/** @param options.port 0 takes any free one @throws when the address can't be listened on (EADDRINUSE, EACCES) */
export async function startApi({
  host,
  port,
  ...deps
}: ApiDeps & { readonly host: string; readonly port: number }): Promise<StartedApi> {
  const server = createApi(deps);
  await server.listen({ host, port });
  const address = server.server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: async () => {
      await server.close();
    },
  };
}
