import { runSuite } from './marked-suites.mjs';
import { riskTable } from './risk-table.mjs';

/**
 * `npm run test:security -- <suite>`: the tests that attack, and a table of what came of it. It fails for a breach, and for a row without
 * its positive control.
 */
export const main = (args) =>
  runSuite(
    {
      command: 'npm run test:security',
      folder: ['e2e', 'security'],
      opens: /openRisk\(\s*'([\w-]+)'/g,
      fileVariable: 'AGION_SECURITY_ROWS',
      table: riskTable,
    },
    args,
  );
