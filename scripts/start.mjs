/**
 * Starts VS Code with the extension on a copy of the sample workspace, and runs until Ctrl-C.
 *
 *   node scripts/start.mjs [--server] [--port n] [--no-open]
 *
 * A desktop VS Code is used where one is found within ten seconds; else (or with --server) VS Code's server is started
 * with the packed extension installed, and its address is printed.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { findDesktop } from "./lib/desktop.mjs";
import { OUT, ROOT, inRoot } from "./lib/paths.mjs";
import { ensureInstalled, requireNode, runNode } from "./lib/steps.mjs";
import { ensureServer } from "./rig/install.mjs";
import { startServer } from "./rig/server.mjs";

const args = process.argv.slice(2);
const home = path.join(OUT, "start");
const hasDisplay =
  process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** The sample is copied once, so that what is tried in it stays out of the repository. */
function sampleCopy() {
  const folder = path.join(home, "sample");
  fs.mkdirSync(folder, { recursive: true });
  fs.cpSync(inRoot("media/sample"), folder, { recursive: true, force: false });
  // Tells the extension to open the sample and the Lens the first time (src/extension/documents/firstLook.ts).
  fs.writeFileSync(path.join(folder, ".introspect-first-look"), "");
  return folder;
}

async function inServer() {
  const vsix = path.join(home, "introspect.vsix");
  if ((await runNode([inRoot("scripts/package.mjs"), "--out", vsix])) !== 0)
    throw new Error("packing failed");
  const rig = await ensureServer();
  const port = args.includes("--port") ? Number(args[args.indexOf("--port") + 1]) : undefined;
  const server = await startServer({
    rig,
    profile: path.join(home, "profile"),
    vsix,
    port,
    folder: sampleCopy(),
    keepSettings: true,
    features: "all",
  });
  const address = `${server.url}/`;
  console.log(`\nVS Code with Introspect is at:\n\n  ${address}\n\nCtrl-C ends it.`);
  if (hasDisplay && !args.includes("--no-open")) openBrowser(address);
  return { stop: server.stop, ended: server.exited };
}

function openBrowser(address) {
  const [command, list] = {
    darwin: ["open", [address]],
    win32: ["cmd", ["/c", "start", "", address.replace(/&/g, "^&")]],
  }[process.platform] ?? ["xdg-open", [address]];
  const child = spawn(command, list, { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}

async function inDesktop(desktop) {
  if ((await runNode([inRoot("scripts/build.mjs")])) !== 0) throw new Error("the build failed");
  const list = [
    `--extensionDevelopmentPath=${ROOT}`,
    `--user-data-dir=${path.join(home, "desktop-data")}`,
    `--extensions-dir=${path.join(home, "desktop-extensions")}`,
    "--disable-workspace-trust",
    "--new-window",
    "--wait",
    sampleCopy(),
  ];
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(VSCODE_|ELECTRON_)/.test(name)) delete env[name];
  const child = spawn(desktop, list, { env, stdio: "ignore", shell: /\.cmd$/i.test(desktop) });
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  console.log(`opened ${desktop}; Ctrl-C or closing its window ends it.`);
  return {
    ended,
    stop: async () => {
      child.kill();
    },
  };
}

requireNode();
console.log(
  "Builds Introspect and opens it in VS Code on a sample (the first time 2 to 4 minutes, later about 15 seconds).",
);
await ensureInstalled();
const desktop = args.includes("--server") || !hasDisplay ? null : await findDesktop();
if (!desktop) console.log("no desktop VS Code here: using VS Code's server in a browser");

const running = desktop ? await inDesktop(desktop) : await inServer();
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, async () => {
    if (stopping) return;
    stopping = true;
    await running.stop();
    process.exit(0);
  });
}
await running.ended;
if (!stopping) {
  await running.stop();
  process.exit(0);
}
