import type { JudgedList } from '../ports/experiment-data.js';
import type { Scope } from '../ports/store.js';
import { inScope, scopeParams } from './scope.js';
import type { SqlClient } from './sql-client.js';

/** Merged lists with the unit that saw them and the items that were clicked, each once. */
export async function judgedLists(client: SqlClient, scope: Scope): Promise<JudgedList[]> {
  return client.transaction(async (sql) => {
    // As in outcomes.ts: without statistics the planner picks nested loops.
    await sql.query('SET LOCAL enable_nestloop = off');
    return sql.query<JudgedList>(
      `SELECT prediction_id AS "predictionId", l.unit_hash AS "unitHash", method, items, clicked
       FROM (SELECT prediction_id, unit_hash, method, items FROM sluice.interleaved_list WHERE ${inScope('at')}) AS l
       JOIN (SELECT prediction_id, json_agg(DISTINCT item) AS clicked FROM sluice.feedback
             WHERE service = $1 AND kind = 'click' AND value = 1 GROUP BY prediction_id) AS f USING (prediction_id)
       ORDER BY prediction_id`,
      scopeParams(scope),
    );
  });
}
