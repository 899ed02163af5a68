/**
 * Puts a VS Code server (the npm package code-server) and a Node of its own into the user's cache.
 *
 * Nothing of this is a dependency of the project: it is large (some 560 MB), so it is shared by all clones, kept
 * per version, made under a temporary name and renamed into place.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const CODE_SERVER = "4.139.1";
const NODE = "24.21.0";
const LAYOUT = 1;

/** The folder that holds everything the rig keeps between runs. */
export function cacheFolder() {
  const base =
    process.env.XDG_CACHE_HOME ||
    (process.platform === "win32" && process.env.LOCALAPPDATA) ||
    path.join(os.homedir(), ".cache");
  return path.join(base, "introspect", "vscode-rig");
}

function nodePackage() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  return `node-${platform}-${process.arch}`;
}

function located(folder) {
  const node = path.join(
    folder,
    "node_modules",
    nodePackage(),
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  return {
    folder,
    node,
    entry: path.join(folder, "node_modules", "code-server", "out", "node", "entry.js"),
    vscode: path.join(folder, "node_modules", "code-server", "lib", "vscode"),
  };
}

/**
 * The installed server, installing it first where it is missing.
 * @returns {Promise<{folder: string, node: string, entry: string, vscode: string}>}
 */
export async function ensureServer() {
  if (process.platform === "win32") {
    throw new Error("VS Code's server does not run on Windows: use WSL, or a desktop VS Code for npm start.");
  }
  const name = `code-server-${CODE_SERVER}-node-${NODE}-${process.platform}-${process.arch}-${LAYOUT}`;
  const folder = path.join(cacheFolder(), name);
  const ready = () => fs.existsSync(path.join(folder, "ready"));
  if (ready()) return located(folder);
  fs.mkdirSync(cacheFolder(), { recursive: true });
  const unlock = await takeLock(`${folder}.lock`);
  try {
    if (ready()) return located(folder);
    console.log(`installing VS Code's server ${CODE_SERVER} into the user's cache (1 to 3 minutes, once) …`);
    const making = fs.mkdtempSync(`${folder}.making-`);
    try {
      await install(making);
      fs.rmSync(folder, { recursive: true, force: true });
      fs.renameSync(making, folder);
    } finally {
      fs.rmSync(making, { recursive: true, force: true });
    }
    return located(folder);
  } finally {
    unlock();
  }
}

async function install(folder) {
  fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--no-package-lock"];
  const packages = [`code-server@${CODE_SERVER}`, `${nodePackage()}@${NODE}`];
  // Never code-server's own install script: it builds parts that are not used here.
  await npm(folder, ["install", "--no-save", "--ignore-scripts", ...quiet, ...packages]);
  const { node, vscode } = located(folder);
  if (!fs.existsSync(node)) throw new Error(`the package ${nodePackage()} has no ${node}`);
  // `npm ci` is not possible there: the shrinkwrap file is out of step with package.json.
  await npm(vscode, ["install", "--omit=dev", "--ignore-scripts", ...quiet], node);
  if (hasCompiler()) {
    // Only the log writer and the watchdog; without them the server runs too, with complaints in its output.
    await npm(vscode, ["rebuild", "@vscode/spdlog", "@vscode/native-watchdog"], node).catch((error) => {
      console.log(`the server's log writer could not be built (${error.message}); going on without it`);
    });
  }
  trim(folder);
  fs.writeFileSync(path.join(folder, "ready"), `${new Date().toISOString()}\n`);
}

function hasCompiler() {
  return process.platform !== "win32" && spawnSync("g++", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Removes large parts that the rig never uses. */
function trim(folder) {
  const vscode = located(folder).vscode;
  for (const part of ["node_modules/@github", "node_modules/@microsoft/mxc-sdk", "extensions/copilot"]) {
    fs.rmSync(path.join(vscode, part), { recursive: true, force: true });
  }
}

/** npm with the rig's own Node first on the PATH, and that Node's headers for what is built. */
function npm(cwd, args, node) {
  const env = { ...process.env };
  if (node) {
    env.PATH = `${path.dirname(node)}${path.delimiter}${env.PATH}`;
    env.npm_config_nodedir = path.dirname(path.dirname(node));
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.platform === "win32" ? "npm.cmd" : "npm", args, {
      cwd,
      env,
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let tail = "";
    const keep = (data) => (tail = (tail + data).slice(-4000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${args[0]} failed in ${cwd}:\n${tail}`)),
    );
  });
}

/** One installer at a time; a lock whose owner is gone is taken over. */
async function takeLock(file) {
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      const free = () => fs.rmSync(file, { force: true });
      process.once("exit", free);
      return () => {
        process.off("exit", free);
        free();
      };
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (isAbandoned(file)) fs.rmSync(file, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function isAbandoned(file) {
  try {
    const pid = Number(fs.readFileSync(file, "utf8"));
    if (!pid) return Date.now() - fs.statSync(file).mtimeMs > 10_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}
