import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from '../certificate.js';
import { MemoryBudget } from '../memory-budget.js';
import { followBareSockets } from './bare-sockets.js';
import { listenOn, renewCertificate, urlOf } from './listening.js';
import { UserConnection, type UserHandler, type UserSettings } from './user-connection.js';

export interface UserServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** More are refused: each costs memory before it has said anything. */
  readonly connections: number;
  readonly stalledMs: number;
  /** Of the bodies of all users that are being read or answered. */
  readonly bodyBytes: number;
  readonly tls: Certificate | null;
}

const IDLE_MS = 65_000;
const REQUEST_MS = 60_000;
const SWEEP_MS = 250;
const BACKLOG = 2048;

/** Where users connect. HTTP/1.1 read by our own strict parser: a request costs two thirds of what it costs through node:http. */
export class UserServer {
  private readonly server: Server;
  private readonly connections = new Set<UserConnection>();
  private readonly sweep: NodeJS.Timeout;
  private readonly cutBare: () => void;

  private constructor(server: Server) {
    this.server = server;
    this.cutBare = followBareSockets(server);
    this.sweep = setInterval(() => this.look(performance.now()), SWEEP_MS);
    this.sweep.unref();
  }

  /** @throws {SluiceError} USAGE when the port can't be had */
  static async listen(handler: UserHandler, options: UserServerOptions): Promise<UserServer> {
    const { host, port, stalledMs, bodyBytes, tls } = options;
    const bodies = new MemoryBudget(bodyBytes);
    const settings: UserSettings = { idleMs: IDLE_MS, requestMs: REQUEST_MS, stalledMs, bodies };
    const server = tls === null ? createServer({ noDelay: true }) : createTlsServer({ ...tls, noDelay: true });
    server.on('tlsClientError', () => undefined);
    server.maxConnections = options.connections;
    const users = new UserServer(server);
    // Before it listens: the primary of a cluster hands over connections as soon as it hears of a worker, and one that nobody takes hangs for ever.
    // Of a secured server, `connection` is the bare socket, before anybody has said who they are.
    server.on(tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
      const connection = new UserConnection(socket, handler, settings, () => users.connections.delete(connection));
      users.connections.add(connection);
    });
    await listenOn(server, { port, host, backlog: BACKLOG }).catch((error: unknown) => {
      clearInterval(users.sweep);
      throw error;
    });
    return users;
  }

  get url(): string {
    return urlOf(this.server);
  }

  /** For new connections of a secured server. */
  renewCertificate(certificate: Certificate): void {
    renewCertificate(this.server, certificate);
  }

  /** Takes no new connections and waits for the answers under way. @param patienceMs after which their connections are cut */
  async close(patienceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.connections) connection.closeSoon();
    const cut = setTimeout(() => {
      for (const connection of this.connections) connection.cut();
      this.cutBare();
    }, patienceMs);
    await closed;
    clearTimeout(cut);
    clearInterval(this.sweep);
  }

  private look(now: number): void {
    for (const connection of this.connections) if (now > connection.deadline) connection.cut();
  }
}
