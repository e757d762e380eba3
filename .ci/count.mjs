/** Reads the tests' report: what failed or was left out ends the run, and the last line is the count. */
import { readFileSync } from "node:fs";

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
  readFileSync(process.argv[2], "utf8"),
);
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) =>
    status === "failed" && !assertionResults.some((test) => test.status === "failed"),
);
for (const { name, message } of brokenFiles) console.error(`${name}: ${message}`);
for (const { name, assertionResults } of testResults)
  for (const { status, fullName } of assertionResults)
    if (status === "pending" || status === "skipped" || status === "todo")
      console.error(`left out: ${name}: ${fullName}`);

const leftOut = numPendingTests + numTodoTests;
const failed = numFailedTests + brokenFiles.length + leftOut;
process.exitCode = failed === 0 && numPassedTests > 0 ? 0 : 1;
console.log(`${numPassedTests} passed, ${failed} failed`);
