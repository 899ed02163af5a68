/**
 * Tests in a real VS Code (its server, driven in a browser; no desktop app):
 *   host: test/vscode/host/**.test.ts, mocha inside the extension host
 *   ui:   test/vscode/ui/**.test.ts, mocha outside, driving the workbench
 *
 *   node scripts/test-vscode.mjs [host|ui|shots|bench] [--vsix] [part of a path …] [--grep text] [--bail]
 *   shots: only when asked for, the pictures of README.md into media/docs
 *   bench: only when asked for, by npm run bench; test/vscode/bench outside, test/vscode/benchHost in the host
 *
 * The extension runs from this folder; with --vsix the ui tests use the packed and installed extension instead.
 */
import fs from "node:fs";
import path from "node:path";
import { bundleTests, chosenTests, runSuite } from "./lib/mocha.mjs";
import { OUT, ROOT, inRoot } from "./lib/paths.mjs";
import { runNode } from "./lib/steps.mjs";
import { ensureBrowser } from "./rig/browser.mjs";
import { ensureServer } from "./rig/install.mjs";
import { startServer } from "./rig/server.mjs";
import { runInHost } from "./rig/workbench.mjs";

const args = process.argv.slice(2);
const packed = args.includes("--vsix");
if (packed) args.splice(args.indexOf("--vsix"), 1);
const only = ["host", "ui", "shots", "bench"].includes(args[0]) ? args.shift() : null;

if (!process.env.INTROSPECT_BUILT && (await runNode([inRoot("scripts/build.mjs")])) !== 0) process.exit(1);

// A signal ends us through "exit", where the server is ended too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));

const executable = ensureBrowser();
const rig = await ensureServer();
const work = path.join(OUT, `vscode-${process.pid}`);
const screenshots = only === "shots" ? inRoot("media/docs") : path.join(OUT, "screenshots");
fs.mkdirSync(screenshots, { recursive: true });
let code = 0;

/** A copy of the sample workspace, so that tests may write into it. */
function sampleFolder(name) {
  const folder = path.join(work, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.cpSync(inRoot("media/sample"), folder, { recursive: true });
  return folder;
}

async function host(folder) {
  const { files, parts, grep } = chosenTests(folder, args);
  if (files.length === 0) {
    console.log(`vscode-host: no test files match ${parts.join(" ")}`);
    return only === "host" ? 1 : 0;
  }
  const bundles = path.join(work, "host");
  const entry = inRoot("test/vscode/host/run.ts");
  await bundleTests([entry, ...files], bundles, "test/vscode");
  const server = await startServer({
    rig,
    profile: path.join(work, "host-profile"),
    env: { INTROSPECT_ROOT: ROOT, INTROSPECT_HOST_TESTS: bundles, INTROSPECT_GREP: grep },
    log: path.join(OUT, "vscode-host-server.log"),
  });
  try {
    return await runInHost({
      server,
      executable,
      folder: sampleFolder("host-workspace"),
      extension: process.env.INTROSPECT_EXTENSION ?? ROOT,
      tests: path.join(bundles, "host", "run.js"),
      log: path.join(OUT, "vscode-host-console.log"),
      screenshot: path.join(screenshots, "host-timeout.png"),
    });
  } finally {
    await server.stop();
  }
}

async function ui(folder) {
  const profile = path.join(work, "ui-profile");
  const vsix = packed ? path.join(work, "introspect.vsix") : undefined;
  if (vsix && (await runNode([inRoot("scripts/package.mjs"), "--out", vsix])) !== 0) return 1;
  const server = await startServer({
    rig,
    profile,
    vsix,
    env: { INTROSPECT_ROOT: ROOT },
    log: path.join(OUT, "vscode-ui-server.log"),
  });
  try {
    const description = {
      url: server.url,
      port: server.port,
      executable,
      profile,
      screenshots,
      sample: sampleFolder("ui-workspace"),
      extension: vsix ? null : (process.env.INTROSPECT_EXTENSION ?? ROOT),
    };
    return await runSuite({
      suite: "vscode-ui",
      folder,
      timeout: 120_000,
      args,
      again: only !== "shots" && only !== "bench",
      env: { INTROSPECT_RIG: JSON.stringify(description) },
    });
  } finally {
    await server.stop();
  }
}

try {
  if (only === null || only === "host") code = await host("test/vscode/host");
  if (only === "bench") code = await host("test/vscode/benchHost");
  if (only !== "host") code = (await ui(`test/vscode/${only ?? "ui"}`)) || code;
} finally {
  fs.rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
}
process.exit(code);
