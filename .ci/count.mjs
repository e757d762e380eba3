/** Reads the tests' reports: what failed, was left out or never ran ends the run, and the last line is the count. */
import { readFileSync } from "node:fs";

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    console.error(`no report: ${error.message}`);
    failed++;
    continue;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report;
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  for (const { name, message } of brokenFiles) console.error(`${name}: ${message}`);
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName } of assertionResults)
      if (status === "pending" || status === "skipped" || status === "todo")
        console.error(`left out: ${name}: ${fullName}`);
  passed += numPassedTests;
  failed += numFailedTests + brokenFiles.length + numPendingTests + numTodoTests;
  if (numPassedTests === 0) failed++;
}
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
