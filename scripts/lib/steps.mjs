/** Running things: a command with its output shown, the install when it is needed. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import { ROOT, inRoot } from "./paths.mjs";

const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/**
 * Runs a command to its end with its output on ours.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>} its exit code (1 when a signal ended it)
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: "inherit",
      shell: process.platform === "win32" && command.endsWith(".cmd"),
      ...options,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", ...options.env },
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** Runs a Node script of this repository. */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}

/** Throws where this Node is older than what the tools need. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
  }
}

/** True when node_modules holds what package-lock.json asks for. */
export function isInstalled() {
  const lock = inRoot("package-lock.json");
  const done = inRoot("node_modules", ".package-lock.json");
  if (!fs.existsSync(done)) return false;
  const wanted = JSON.parse(fs.readFileSync(lock, "utf8")).packages;
  const have = JSON.parse(fs.readFileSync(done, "utf8")).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === "") return true;
    const installed = have[name];
    return installed ? installed.version === entry.version : entry.optional === true;
  });
}

/** `npm ci` where node_modules is missing or stale. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log("installing the npm packages (about a minute) …");
  const code = await run(npm, ["ci", "--no-audit", "--no-fund"]);
  if (code !== 0) throw new Error("npm ci failed");
}
