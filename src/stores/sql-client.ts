/** What runs one statement at a time: a connection inside a transaction, or a client outside of any. */
export interface SqlSession {
  /**
   * Runs one statement with `$1`-style parameters. Arrays are sent as PostgreSQL arrays, documents as JSON text.
   * @returns the rows; `int8` comes back as number, `jsonb` as the parsed value
   * @throws {RangeError} when a value breaks a type or a constraint
   * @throws {SluiceError} STORE_UNAVAILABLE when the database can't be reached or can't answer now
   */
  query<Row>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Runs several statements without parameters. */
  script(text: string): Promise<void>;
}

/** One database in PostgreSQL's dialect: the whole difference between PGlite and a server. */
export interface SqlClient extends SqlSession {
  /**
   * Runs `work` at isolation level READ COMMITTED; commits when it resolves, rolls back when it rejects.
   * @param patienceMs what each of its statements may take, for those that go through whole tables. Default: what a server gives all others
   */
  transaction<T>(work: (session: SqlSession) => Promise<T>, patienceMs?: number): Promise<T>;
  close(): Promise<void>;
}
