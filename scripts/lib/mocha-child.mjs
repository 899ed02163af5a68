/** The child process of mocha.mjs: runs bundled test files and, if asked, writes a summary. */
import process from "node:process";
import Mocha from "mocha";
import { writeSummary } from "./summary.mjs";

const { bundled, grep, bail, timeout, suite } = JSON.parse(process.argv[2]);
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
const failures = await new Promise((resolve) => {
  const runner = mocha.run((count) => {
    const { passes, pending } = runner.stats;
    writeSummary({ suite, passed: passes, failed: count, skipped: pending });
    resolve(count);
  });
});
// Test bundles leave here what outlives a single file (a browser).
for (const close of globalThis[Symbol.for("introspect.closers")] ?? []) await close();
process.exit(failures > 0 ? 1 : 0);
