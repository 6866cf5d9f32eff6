import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MessageGroups } from '../../../src/monitors/logs/group-messages.js';
import { groupingAccuracy } from './corpora.js';
import { labelledLogs } from './labelled-logs.js';

/** drain3's with its default configuration (`npm run bench:logs` measures it). */
const DRAIN3: Readonly<Record<string, number>> = { Apache: 1, HDFS: 0.9975, OpenSSH: 0.718, Zookeeper: 0.9665 };

const testData = process.env['SLUICE_TEST_DATA'];
const logs = testData === undefined ? [] : labelledLogs(join(testData, 'logs'));
if (logs.length === 0)
  process.stderr.write(
    'SKIPPED: log templates on real logs: SLUICE_TEST_DATA names no folder with logs/*_structured.csv\n',
  );

(logs.length === 0 ? describe.skip : describe)('templates of real logs', () => {
  test.each(Object.keys(DRAIN3))('%s: no worse than drain3, and nearly all lines', (name) => {
    const log = logs.find((one) => one.name === name);
    if (log === undefined) throw new Error(`no ${name} among ${logs.map((one) => one.name).join(', ')}`);
    const groups = new MessageGroups();
    for (const message of log.messages) groups.add(message);
    const found = groups.end().lines.map(({ id }) => id);
    const accuracy = groupingAccuracy(log.truth, found);
    expect(accuracy).toBeGreaterThanOrEqual(DRAIN3[name] ?? 0);
    expect(accuracy).toBeGreaterThan(0.99);
  });
});
