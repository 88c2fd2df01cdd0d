/**
 * Counts what Jest's JSON report says. A suite that did not come to its tests (it does not compile, or its process was killed)
 * counts as one failure; so does a run without any test, and one that Jest itself calls failed for another reason.
 * @param report undefined when Jest ended without writing one
 * @param status Jest's exit status
 */
export function countTests(report, status) {
  if (!report) return { passed: 0, failed: 1 };
  const passed = report.numPassedTests;
  const brokenSuites = report.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = report.numFailedTests + brokenSuites.length;
  const isFine = report.success && status === 0 && passed > 0;
  return { passed, failed: failed === 0 && !isFine ? 1 : failed };
}

/** The last line of every test run. */
export const summaryLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;
