/** What may be in a packed extension, and how large it may be. */
import fs from "node:fs";

/** Most bytes of a .vsix. */
export const mostBytes = 45e6;

/** Files that must be there, by the names they have in the package. */
const needed = [
  "extension.vsixmanifest",
  "[Content_Types].xml",
  "extension/package.json",
  "extension/package.nls.json",
  "extension/readme.md",
  "extension/changelog.md",
  "extension/LICENSE.txt",
  "extension/dist/extension.js",
  "extension/dist/engine.js",
  "extension/dist/cli.js",
  "extension/dist/rasp.js",
  "extension/dist/webview/plotly.css",
  "extension/dist/webview/guard.js",
  "extension/models/catalogue.json",
  ...["config.json", "model.safetensors", "records.safetensors", "lens.safetensors", "tokenizer.json"].map(
    (name) => `extension/models/introspect-small/${name}`,
  ),
];

/** What else may be there: it runs, is shown, or says what it is. */
const allowed = [
  /^extension\/dist\/webview\/[a-z]+\.(js|css)$/i,
  /^extension\/dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/.+\.js|dist\/cjs\/package\.json)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/bin\/napi-v6\/[a-z0-9]+\/[a-z0-9]+\/[^/]+\.(node|dll|dylib|so[.0-9]*)$/,
  /^extension\/media\/([a-z-]+\/)?[a-zA-Z.-]+\.(svg|png|ts|md|schema\.json)$/,
  /^extension\/media\/languages\/[a-zA-Z]+\.(language|tmLanguage)\.json$/,
  /^extension\/media\/directions\/(templates\.json|emotions\.jsonl)$/,
  /^extension\/media\/sample\/(rasp\/)?[^/]+$/,
  /^extension\/models\/(introspect-small\/)?(README\.md|HISTORY\.md|LICENSE|curve\.svg|tokenizer_config\.json)$/,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/i,
  /^extension\/package\.nls(\.[a-z-]+)?\.json$/i,
];

/** Names of the files in a zip, from its directory. */
export function filesInZip(file) {
  const bytes = fs.readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0) throw new Error(`${file} is no zip`);
  const names = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let i = bytes.readUInt16LE(end + 10); i > 0; i--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    names.push(bytes.toString("utf8", at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names.filter((name) => !name.endsWith("/"));
}

/** What is wrong with a package, in sentences; none where it is as it should be. */
export function complaints({ names, bytes, panels }) {
  const pages = panels.flatMap((id) => ["js", "css"].map((end) => `extension/dist/webview/${id}.${end}`));
  const wanted = [...needed, ...pages];
  const there = new Set(names);
  const list = wanted.filter((name) => !there.has(name)).map((name) => `${name} is missing.`);
  for (const name of names) {
    if (!wanted.includes(name) && !allowed.some((pattern) => pattern.test(name)))
      list.push(`${name} should not be there.`);
  }
  for (const [what, pattern] of [
    ["the runtime's binding", /\/onnxruntime_binding\.node$/],
    ["the runtime's library", /\/bin\/.*onnxruntime[^/]*\.(so|dll|dylib)/],
  ]) {
    if (!names.some((name) => pattern.test(name))) list.push(`${what} is missing.`);
  }
  if (bytes > mostBytes) list.push(`It has ${(bytes / 1e6).toFixed(1)} MB, more than ${mostBytes / 1e6}.`);
  return list;
}
