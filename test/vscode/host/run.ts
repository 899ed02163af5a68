/** What VS Code calls inside its extension host: runs every bundled test beside this file in mocha. */
import fs from "node:fs";
import path from "node:path";
import util from "node:util";
import Mocha from "mocha";

// The workbench's own console goes the same way to the runner: lines of tests are marked.
Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
  for (const line of util.format(...args).split("\n")) console.log(`test|${line}`);
};

/** Resolves when all tests passed, rejects when one failed; VS Code turns that into its exit code. */
export async function run(): Promise<void> {
  const folder = process.env["INTROSPECT_HOST_TESTS"] ?? __dirname;
  const grep = process.env["INTROSPECT_GREP"];
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 60_000,
    reporter: "spec",
    color: false,
    forbidOnly: Boolean(process.env["CI"]),
    ...(grep ? { grep } : {}),
  });
  for (const file of fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (file.endsWith(".test.js")) mocha.addFile(path.join(folder, file));
  }
  const { stats, failures } = await new Promise<{ stats: Mocha.Stats; failures: number }>((resolve) => {
    const runner = mocha.run((count) => resolve({ stats: runner.stats!, failures: count }));
  });
  const summary = process.env["INTROSPECT_SUMMARY"];
  if (summary) {
    const entry = { suite: "vscode-host", passed: stats.passes, failed: failures, skipped: stats.pending };
    fs.appendFileSync(summary, `${JSON.stringify(entry)}\n`);
  }
  if (failures > 0) throw new Error(`${failures} of the tests in the extension host failed`);
}
