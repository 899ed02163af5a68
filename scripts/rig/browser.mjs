/** Finds a Chromium-like browser for the tests, or installs Debian's where that is possible. */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const onPath = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
];

const known = {
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  ],
  win32: ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"]
    .map((name) => process.env[name])
    .filter(Boolean)
    .flatMap((base) => [
      path.join(base, "Google", "Chrome", "Application", "chrome.exe"),
      path.join(base, "Microsoft", "Edge", "Application", "msedge.exe"),
    ]),
  linux: [],
};

/** What every test browser is started with: no network of its own, no GPU. */
export const browserArgs = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** The browser's executable, or null: CHROME_PATH, else what is installed. */
export function installedBrowser() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (!fs.existsSync(chosen)) throw new Error(`CHROME_PATH names ${chosen}, which does not exist.`);
    return chosen;
  }
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  const candidates = [
    ...(process.platform === "linux" ? onPath.flatMap((n) => folders.map((d) => path.join(d, n))) : []),
    ...(known[process.platform] ?? []),
  ];
  return candidates.find((file) => fs.existsSync(file)) ?? null;
}

/** The browser's executable; installs Debian's chromium as root, else says what to do. */
export function ensureBrowser() {
  const found = installedBrowser();
  if (found) return found;
  const canInstall =
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
  if (canInstall) {
    console.log("installing chromium for the tests (about a minute) …");
    const lock = ["-o", "DPkg::Lock::Timeout=600"];
    const options = {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    try {
      execFileSync("apt-get", [...lock, "update"], options);
      execFileSync("apt-get", [...lock, "install", "-y", "--no-install-recommends", "chromium"], options);
    } catch (error) {
      console.error(`that did not work: ${error.message}`);
    }
    const installed = installedBrowser();
    if (installed) return installed;
  }
  throw new Error(
    "The browser tests need Chrome, Edge or Chromium: install one, or set CHROME_PATH to its executable.",
  );
}
