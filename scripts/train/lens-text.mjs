// Gathers the text on which the bundled model's trained lens is fitted and judged.
//
//   node lens-text.mjs OUT
//
// Writes OUT/npm-packages.txt and OUT/npm-packages-held-out.txt: TypeScript and Markdown files in turn, of
// the packages that `npm ci` installs under permissive licences, those left out that
// the model itself was trained on. A fifth of the files, by the SHA-256 of their path,
// is held out whole. Files end with <|endoftext|>, as documents do in training.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const out = process.argv[2];
if (!out) throw new Error("Give a folder to write to.");
const root = fileURLToPath(new URL("../../node_modules", import.meta.url));
const packages = JSON.parse(readFileSync(fileURLToPath(new URL("packages.json", import.meta.url)), "utf8"));
const trainedOn = new Set(packages.train.map(({ name }) => name));
const allowedLicenses = /^(MIT|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|ISC|0BSD)$/;
const skipped = /(^|\/)(change-?log|history|license|notice)[^/]*$/i;
/** Characters: at most this many of one file and of one package, so that none dominates. */
const fileCap = 6_000;
const packageCap = 30_000;

const hash = (path) => createHash("sha256").update(path).digest("hex");

/** Folders of the packages at the top of node_modules. */
function folders() {
  const named = (name) =>
    name.startsWith("@") ? readdirSync(join(root, name)).map((part) => `${name}/${part}`) : [name];
  return readdirSync(root)
    .filter((name) => !name.startsWith("."))
    .sort()
    .flatMap(named);
}

function filesOf(name) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8"));
  } catch {
    return [];
  }
  if (trainedOn.has(name) || !allowedLicenses.test(String(manifest.license))) return [];
  const found = readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.([cm]?ts|md)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !path.slice(name.length).includes("node_modules") && !skipped.test(path))
    .sort((a, b) => hash(a).localeCompare(hash(b)));
  let left = packageCap;
  return found.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8").replaceAll("\r\n", "\n").slice(0, fileCap);
    if (text.length < 200 || text.includes("\u0000") || text.length > left) return [];
    left -= text.length;
    return [{ path, text }];
  });
}

const files = folders()
  .flatMap(filesOf)
  .sort((a, b) => hash(a.path).localeCompare(hash(b.path)));
const byKind = [
  files.filter(({ path }) => path.endsWith("ts")),
  files.filter(({ path }) => path.endsWith(".md")),
];
const turns = Array.from({ length: Math.min(...byKind.map(({ length }) => length)) }, (_, i) =>
  byKind.map((kind) => kind[i]),
);
mkdirSync(out, { recursive: true });
for (const [name, held] of [
  ["npm-packages", false],
  ["npm-packages-held-out", true],
]) {
  const chosen = turns.flat().filter(({ path }) => (parseInt(hash(path).slice(-2), 16) % 5 === 0) === held);
  writeFileSync(join(out, `${name}.txt`), chosen.map(({ text }) => `${text}<|endoftext|>`).join(""));
  const length = chosen.reduce((sum, { text }) => sum + text.length, 0);
  console.log(`${name}.txt: ${chosen.length} files, ${length} characters`);
}
