/**
 * Everything: build, types, lint and format, unit tests, panels in a browser, the real VS Code.
 * Ends with the oracle count and, alone on the last line, the sum of all suites.
 */
import { startSummary } from "./lib/summary.mjs";
import { ensureInstalled, requireNode, runNode } from "./lib/steps.mjs";
import { inRoot } from "./lib/paths.mjs";

requireNode();
console.log(
  "Builds and checks Introspect and runs all tests, in VS Code's server too: about 6 minutes, the first time about 10.",
);
await ensureInstalled();
const read = startSummary();
const script = (name, ...args) => [inRoot("scripts", name), ...args];

/** Steps without tests of their own count as one failure each when they fail. */
const broken = [];
async function step(title, args, suites) {
  console.log(`\n=== ${title}`);
  const started = Date.now();
  const code = await runNode(args);
  console.log(
    `=== ${title}: ${code === 0 ? "ok" : "FAILED"} (${((Date.now() - started) / 1000).toFixed(0)} s)`,
  );
  const counted = read().suites.filter(({ suite }) => suites.includes(suite));
  if (code !== 0 && !counted.some(({ failed }) => failed > 0)) broken.push(title);
  return code === 0;
}

const built = await step("build", script("build.mjs"), []);
await step("check", script("check.mjs"), []);
await step("unit", script("test-unit.mjs"), ["unit"]);
if (built) {
  process.env.INTROSPECT_BUILT = "1";
  await step("panels", script("test-panels.mjs"), ["panels"]);
  await step("vscode", script("test-vscode.mjs", "--vsix"), ["vscode-host", "vscode-ui"]);
} else {
  broken.push("panels (not built)", "vscode (not built)");
}

const { suites, oracle } = read();
const sum = (list, key) => list.reduce((total, entry) => total + (entry[key] ?? 0), 0);
console.log("");
for (const { suite, passed, failed, skipped } of suites) {
  console.log(`${suite}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
}
for (const { suite, unsteady = [] } of suites) {
  for (const title of unsteady) console.log(`${suite}: passed at the second attempt only: ${title}`);
}
if (broken.length > 0) console.log(`failed as a whole: ${broken.join(", ")}`);
const failed = sum(suites, "failed") + broken.length;
console.log(`oracle: ${sum(oracle, "run")} run, ${sum(oracle, "skipped")} skipped`);
console.log(`${sum(suites, "passed")} passed, ${failed} failed, ${sum(suites, "skipped")} skipped`);
process.exit(failed > 0 ? 1 : 0);
