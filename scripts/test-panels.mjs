/**
 * The panel pages in a real browser: node scripts/test-panels.mjs [part of a path …] [--grep text] [--bail]
 */
import { runSuite } from "./lib/mocha.mjs";
import { inRoot } from "./lib/paths.mjs";
import { runNode } from "./lib/steps.mjs";
import { ensureBrowser } from "./rig/browser.mjs";

if (
  !process.env.INTROSPECT_BUILT &&
  (await runNode([inRoot("scripts/build.mjs"), "--only", "webview"])) !== 0
)
  process.exit(1);
process.exitCode = await runSuite({
  suite: "panels",
  folder: "test/panels",
  timeout: 60_000,
  args: process.argv.slice(2),
  again: true,
  env: { INTROSPECT_BROWSER: ensureBrowser() },
});
