import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { inRepo, repoRoot } from "../support/paths";
import { importsOf } from "../support/layers";

/** Where a person's request for a download is served, and nothing else. */
const allowed = "src/download/";
const modules = /^(node:)?(http|https|http2|net|tls|dgram|dns|undici|ws)(\/|$)/;
/** Ways to the network that need no import. */
const globals =
  /(?<![\w.])(fetch|XMLHttpRequest|WebSocket|EventSource|WebTransport|importScripts)\b\s*\(|\bsendBeacon\b/;
/** VS Code's own ways out of the machine. */
const hosts = /\bopenExternal\b|\bcreateTelemetryLogger\b|vscode\.lm\b/;

function sources(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    fs
      .readdirSync(inRepo(folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => path.relative(repoRoot, inRepo(folder, name)).split(path.sep).join("/")),
  );
}

/** A source without its comments. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

function waysOut(file: string, text: string): string[] {
  const imported = importsOf(text).filter((specifier) => modules.test(specifier));
  const code = codeOf(text);
  return [
    ...imported,
    ...(globals.exec(code) ?? []).slice(0, 1),
    ...(hosts.exec(code) ?? []).slice(0, 1),
  ].map((way) => `${file}: ${way}`);
}

describe("the network", () => {
  const files = sources("src", "webview");
  const read = (file: string) => fs.readFileSync(inRepo(file), "utf8");
  /** Parts of src/download that only touch the disk; others may use them. */
  const onDisk = ["/download/lockFile", "/download/deleteDownload"];

  it("is reached by src/download alone", () => {
    const found = files
      .filter((file) => !file.startsWith(allowed))
      .flatMap((file) => waysOut(file, read(file)));
    assert.deepEqual(found, []);
  });

  it("is used by the command that a person gives, and by the confirmed choices of a model", () => {
    const users = files.filter(
      (file) =>
        !file.startsWith(allowed) &&
        importsOf(read(file)).some(
          (specifier) => specifier.includes("/download/") && !onDisk.some((name) => specifier.endsWith(name)),
        ),
    );
    for (const name of onDisk) {
      const file = `src${name}.ts`;
      assert.deepEqual(waysOut(file, read(file)), []);
      assert.ok(
        !importsOf(read(file)).some((specifier) => /\/(request|fetchFile|remoteFile)$/.test(specifier)),
      );
    }
    assert.deepEqual(users.sort(), ["src/cli/commands/download.ts", "src/extension/model/downloadChosen.ts"]);
  });

  it("is found in every form", () => {
    const forms = [
      'import http from "node:http";',
      'const { connect } = await import("net");',
      'const a = await fetch("https://example.org");',
      'new WebSocket("wss://example.org");',
      'navigator.sendBeacon("/x");',
      "vscode.env.openExternal(uri);",
    ];
    for (const text of forms) assert.equal(waysOut("x.ts", text).length, 1, text);
    assert.deepEqual(waysOut("x.ts", '// fetch("x")\nthis.fetchDigest(); store.fetch (1); "download"'), []);
  });
});
