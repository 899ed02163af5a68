/** The child process of mocha.mjs: runs bundled test files and writes down how each of them ended. */
import fs from "node:fs";
import process from "node:process";
import Mocha from "mocha";

const { bundled, grep, bail, timeout, outcome } = JSON.parse(process.argv[2]);
// When the script that started us is ended, we end too (a browser that a test opened ends with us).
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(1), 1000).unref();

const mocha = new Mocha({
  ui: "bdd",
  timeout,
  bail,
  reporter: process.env.INTROSPECT_REPORTER ?? "spec",
  forbidOnly: Boolean(process.env.CI),
  ...(grep ? { grep } : {}),
});
for (const file of bundled) mocha.addFile(file);
await mocha.loadFilesAsync();
const byFile = {};
const countsOf = ({ file }) => (byFile[file] ??= { passed: 0, failed: [], skipped: 0 });
const failures = await new Promise((resolve) => {
  mocha
    .run(resolve)
    .on("pass", (test) => countsOf(test).passed++)
    .on("pending", (test) => countsOf(test).skipped++)
    .on("fail", (test) => countsOf(test).failed.push(test.fullTitle()));
});
fs.writeFileSync(outcome, JSON.stringify(byFile));
// Test bundles leave here what outlives a single file (a browser).
for (const close of globalThis[Symbol.for("introspect.closers")] ?? []) await close();
process.exit(failures > 0 ? 1 : 0);
