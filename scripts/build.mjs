/**
 * Builds dist/: the extension, the engine process, the command line and one bundle per panel.
 *
 *   node scripts/build.mjs [--minify] [--no-sourcemap] [--watch] [--only webview]
 *
 * --only: the bundles whose name begins so (extension, engine, cli, webview/lens …).
 * An entry whose file is missing is an error.
 */
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { bundles, plotlyCss } from "./lib/bundles.mjs";
import { DIST } from "./lib/paths.mjs";

const args = new Set(process.argv.slice(2));
const only = args.has("--only") ? process.argv[process.argv.indexOf("--only") + 1] : "";
const started = Date.now();
const { bundles: all, missing } = bundles({
  minify: args.has("--minify"),
  sourcemap: !args.has("--no-sourcemap"),
});
const list = all.filter(({ name }) => name.startsWith(only));

fs.mkdirSync(path.join(DIST, "webview"), { recursive: true });
if (missing.length > 0) {
  console.error(`no such file: ${missing.join(", ")}`);
  process.exit(1);
}

if (args.has("--watch")) {
  for (const { options } of list) await (await esbuild.context(options)).watch();
  fs.writeFileSync(path.join(DIST, "webview", "plotly.css"), plotlyCss());
  console.log(`watching ${list.length} bundles; Ctrl-C ends`);
} else {
  const results = await Promise.allSettled(list.map(({ options }) => esbuild.build(options)));
  fs.writeFileSync(path.join(DIST, "webview", "plotly.css"), plotlyCss());
  const failed = list.filter((_, i) => results[i].status === "rejected").map(({ name }) => name);
  const cli = path.join(DIST, "cli.js");
  if (fs.existsSync(cli)) fs.chmodSync(cli, 0o755);
  if (failed.length > 0) {
    console.error(`build failed: ${failed.join(", ")}`);
    process.exitCode = 1;
  } else {
    console.log(`built ${list.length} bundles into dist/ in ${Date.now() - started} ms`);
  }
}
