import { expect, test } from '@jest/globals';
import { openPglite } from '../../src/stores/pglite-client.js';

test('a server that takes no writes, as the standby after a failover, is a store that is away', async () => {
  const client = await openPglite();
  const write = client.transaction(async (sql) => {
    await sql.query('SET TRANSACTION READ ONLY');
    await sql.script('CREATE TABLE written (n int4)');
  });
  await expect(write).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    cause: expect.objectContaining({ message: expect.stringContaining('read-only transaction') }),
  });
  await client.close();
});
