/** Looks for a desktop VS Code: on the PATH, in its usual places, else a download that must begin within ten seconds. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inRoot } from "./paths.mjs";

const LIMIT = 10_000;
const names =
  process.platform === "win32" ? ["code.cmd", "code-insiders.cmd"] : ["code", "code-insiders", "codium"];

const usual = {
  darwin: [
    "/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code",
    path.join(os.homedir(), "Applications/Visual Studio Code.app/Contents/Resources/app/bin/code"),
  ],
  win32: [
    process.env.LOCALAPPDATA && path.join(process.env.LOCALAPPDATA, "Programs"),
    process.env.PROGRAMFILES,
  ]
    .filter(Boolean)
    .map((base) => path.join(base, "Microsoft VS Code", "bin", "code.cmd")),
  linux: ["/usr/share/code/bin/code", "/snap/bin/code"],
};

/** The command that opens a desktop VS Code, or null. */
export async function findDesktop() {
  const folders = (process.env.PATH ?? "")
    .split(path.delimiter)
    // Inside an editor's remote terminal `code` only talks to that editor.
    .filter((folder) => folder && !/remote-cli|vscode-server|code-server/.test(folder));
  const found = [
    ...folders.flatMap((folder) => names.map((name) => path.join(folder, name))),
    ...(usual[process.platform] ?? []),
  ].find((file) => fs.existsSync(file));
  return found ?? (await downloaded());
}

async function downloaded() {
  const { downloadAndUnzipVSCode } = await import("@vscode/test-electron");
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), LIMIT);
    const reporter = {
      report: ({ stage }) => {
        if (stage !== "downloading" && stage !== "matchingInstall" && stage !== "foundMatchingInstall")
          return;
        clearTimeout(late);
        if (stage === "downloading") console.log("downloading a desktop VS Code (about 150 MB) …");
      },
      error: () => undefined,
    };
    downloadAndUnzipVSCode({ cachePath: inRoot(".vscode-test"), reporter, timeout: LIMIT }).then(
      (file) => {
        clearTimeout(late);
        resolve(file);
      },
      () => {
        clearTimeout(late);
        resolve(null);
      },
    );
  });
}
