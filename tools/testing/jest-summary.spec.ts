import { describe, expect, it } from '@jest/globals';
import { countTests, summaryLine } from './jest-summary.mjs';

const suite = (status: string, ...tests: string[]): object => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});
const report = (numPassedTests: number, numFailedTests: number, ...testResults: object[]): object => ({
  success: numFailedTests === 0 && testResults.every((one) => (one as { status: string }).status === 'passed'),
  numPassedTests,
  numFailedTests,
  testResults,
});

describe('the last line of a test run', () => {
  it('counts passed and failed tests', () => {
    const counts = countTests(
      report(3, 1, suite('passed', 'passed', 'passed'), suite('failed', 'passed', 'failed')),
      1,
    );
    expect(summaryLine(counts)).toBe('3 passed, 1 failed');
  });

  it('is green only for passed tests and status 0', () => {
    expect(countTests(report(2, 0, suite('passed', 'passed', 'passed')), 0)).toEqual({ passed: 2, failed: 0 });
    expect(countTests(report(2, 0, suite('passed', 'passed', 'passed')), 1)).toEqual({ passed: 2, failed: 1 });
  });

  it('counts a suite that could not run as one failure', () => {
    expect(countTests(report(2, 0, suite('passed', 'passed', 'passed'), suite('failed')), 1)).toEqual({
      passed: 2,
      failed: 1,
    });
  });

  it('counts a suite that crashed after some tests had passed', () => {
    expect(countTests(report(1, 0, suite('failed', 'passed')), 1)).toEqual({ passed: 1, failed: 1 });
  });

  it('does not let skipped tests pass for a run', () => {
    expect(countTests(report(0, 0, suite('passed', 'pending')), 0)).toEqual({ passed: 0, failed: 1 });
  });

  it('counts a run without a report as a failure', () => {
    expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
  });
});
