/** Starts and stops a VS Code server with a profile folder of its own. */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

/** Settings that keep the workbench quiet: no welcome, no chat, no git, nothing that looks for a network. */
export const quietSettings = {
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "git.enabled": false,
  "update.mode": "none",
  "security.workspace.trust.enabled": false,
  "typescript.tsserver.enabled": false,
  // Looks for ports by starting processes and reading /proc from within the extension host, which blocks it meanwhile.
  "remote.autoForwardPorts": false,
};

/** Built-in extensions that the rig leaves out: they cost processes and are not looked at. */
const skipped = [
  "GitHub.copilot-chat",
  "vscode.git",
  "vscode.github",
  "vscode.typescript-language-features",
  "vscode.emmet",
  "vscode.npm",
  "vscode.grunt",
  "vscode.gulp",
  "vscode.jake",
  "vscode.debug-auto-launch",
];

/**
 * Starts a server.
 * @param {{rig: {node: string, entry: string}, profile: string, settings?: object, keepSettings?: boolean,
 *   vsix?: string, env?: object, port?: number, log?: string, folder?: string,
 *   features?: "few" | "all"}} options `profile`: folder for user data and extensions; `vsix`: installed first; `keepSettings`: settings of the profile are left as they are;
 *   `folder`: what a bare address opens; `features`: "few" leaves out VS Code's own extensions for git, npm and so on
 * @returns {Promise<{url: string, port: number, exited: Promise<number | null>, stop: () => Promise<void>}>}
 */
export async function startServer(options) {
  const {
    rig,
    profile,
    settings = {},
    keepSettings = false,
    vsix,
    env = {},
    port,
    log,
    folder,
    features = "few",
  } = options;
  const userData = path.join(profile, "user-data");
  const extensions = path.join(profile, "extensions");
  fs.mkdirSync(path.join(userData, "User"), { recursive: true });
  fs.mkdirSync(extensions, { recursive: true });
  const settingsFile = path.join(userData, "User", "settings.json");
  const kept = keepSettings && fs.existsSync(settingsFile);
  if (!kept) fs.writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  const config = path.join(profile, "config.yaml");
  fs.writeFileSync(config, "cert: false\n");
  const common = [rig.entry, "--config", config, "--user-data-dir", userData, "--extensions-dir", extensions];
  const environment = serverEnvironment(profile, env, features);

  if (vsix) {
    const done = spawnSync(rig.node, [...common, "--install-extension", vsix, "--force"], {
      env: environment,
      encoding: "utf8",
    });
    if (done.status !== 0)
      throw new Error(`the extension could not be installed:\n${done.stdout}${done.stderr}`);
  }

  const chosen = port ?? (await freePort());
  const args = [
    ...common,
    ...["--auth", "none", "--bind-addr", `127.0.0.1:${chosen}`],
    ...["--disable-telemetry", "--disable-update-check"],
    ...["--disable-getting-started-override", "--disable-proxy"],
    // Without this the workbench ignores extensionDevelopmentPath and extensionTestsPath, silently.
    ...["--vscode-option", "enable-smoke-test-driver"],
    ...(folder ? [folder] : []),
  ];
  const output = fs.openSync(log ?? path.join(profile, "server.log"), "w");
  const child = spawn(rig.node, args, {
    env: environment,
    detached: true,
    stdio: ["ignore", output, output],
  });
  fs.closeSync(output);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const forget = endWithUs(child);
  const stop = () => stopGroup(child, exited).finally(forget);
  try {
    await healthy(chosen, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${chosen}`, port: chosen, exited, stop };
}

function serverEnvironment(profile, extra, features) {
  const env = { ...process.env };
  // Left by an editor's own terminal, these would make the server talk to that editor.
  for (const name of Object.keys(env)) if (/^(VSCODE_|ELECTRON_|CODE_SERVER)/.test(name)) delete env[name];
  delete env.NODE_OPTIONS;
  delete env.PORT;
  delete env.PASSWORD;
  return {
    ...env,
    XDG_DATA_HOME: path.join(profile, "data"),
    XDG_CONFIG_HOME: path.join(profile, "config"),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    VSCODE_SKIP_BUILTIN_EXTENSIONS: (features === "all" ? skipped.slice(0, 1) : skipped).join(","),
    ...extra,
  };
}

async function healthy(port, exited) {
  let gone = false;
  void exited.then(() => (gone = true));
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (gone) throw new Error("VS Code's server ended at once; its log is in server.log of the profile");
    const ok = await fetch(`http://127.0.0.1:${port}/healthz`)
      .then((r) => r.ok)
      .catch(() => false);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error("VS Code's server did not answer within a minute");
}

/**
 * However this process ends, the server's group ends too: by a signal, by process.exit, or when whoever started us is
 * gone without a word (npm passes a signal on to its shell only). The returned function takes that back.
 */
function endWithUs(child) {
  const parent = process.ppid;
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // already gone
    }
  };
  const watch = setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1000);
  watch.unref();
  process.once("exit", kill);
  return () => {
    clearInterval(watch);
    process.off("exit", kill);
  };
}

/** The server starts processes of its own: first it is asked, then its whole group is ended. */
async function stopGroup(child, exited) {
  const signal = (id, name) => {
    try {
      process.kill(id, name);
    } catch {
      // already gone
    }
  };
  if (child.exitCode === null) signal(child.pid, "SIGTERM");
  await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 5000))]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (process.platform === "win32") spawnSync("taskkill", ["/pid", String(child.pid), "/t", "/f"]);
  else signal(-child.pid, "SIGKILL");
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * The address of a workbench.
 * @param {{url: string, port: number}} server
 * @param {{folder?: string, extension?: string, tests?: string}} what absolute paths: the folder to open, an extension
 *   to run from source, a module of tests to run in the extension host
 */
export function workbenchUrl(server, { folder, extension, tests }) {
  const uri = (p) => `vscode-remote://127.0.0.1:${server.port}${encodeURI(p.split(path.sep).join("/"))}`;
  const payload = [
    ...(extension ? [["extensionDevelopmentPath", uri(extension)]] : []),
    ...(tests ? [["extensionTestsPath", uri(tests)]] : []),
  ];
  const query = new URLSearchParams(folder ? { folder } : { ew: "true" });
  if (payload.length > 0) query.set("payload", JSON.stringify(payload));
  return `${server.url}/?${query}`;
}
