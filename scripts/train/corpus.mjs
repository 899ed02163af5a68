// Builds the training corpus from the packages named in packages.json.
//
//   node corpus.mjs [--cache DIR]
//
// Each package is fetched with `npm pack` at its pinned version, its licence is
// checked, and its TypeScript, JavaScript and Markdown files are filtered and
// deduplicated. The result is one JSON-lines file for each split and kind,
// `text/{heldOut,train}.{ts,js,md}.jsonl` in the cache folder, with
// {package, path, text} on every line, and `text/summary.json`.
// The corpus itself never enters the repository.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const flag = process.argv.indexOf("--cache");
const cache = flag > 0 ? process.argv[flag + 1] : join(homedir(), ".cache", "introspect-train");
const packages = JSON.parse(readFileSync(fileURLToPath(new URL("packages.json", import.meta.url)), "utf8"));

const allowedLicenses = /^(MIT|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|ISC|0BSD|MIT OR CC0-1\.0)$/;
/** At most this many characters of one kind from one package, so that none dominates. */
const packageCap = { ts: 1_500_000, js: 900_000, md: 4_000_000 };
const fileCap = 400_000;
const skippedPath =
  /(^|\/)(node_modules|umd|esm5|esm|cjs|es|min|vendor|third_party|locale|locales|i18n|fp|__snapshots__|bundles?|bundled|legacy-types|generated)(\/|$)|\.min\.|\.generated\.|\.umd\.|bundle\.|\.legacy\.|\.spec\.d\.|httpApi(Scalar|Swagger)|(^|\/)(change-?log|history|changes|license|licence|notice|authors|contributors|security|code_of_conduct)[^/]*$/i;
const generatedText = /@generated|auto-?generated|generated (by|from)|do not edit|sourceMappingURL=data/i;

/** The file's kind, or undefined for a file that is not used. */
function kindOf(path) {
  if (/\.d\.[cm]ts$/.test(path)) return undefined;
  if (/\.tsx?$/.test(path)) return "ts";
  if (/\.(js|mjs)$/.test(path)) return "js";
  if (/\.mdx?$/.test(path)) return "md";
  return undefined;
}

function unpacked({ name, version, license }) {
  const stem = `${name.replace("@", "").replace("/", "-")}-${version}`;
  const archive = join(cache, "tgz", `${stem}.tgz`);
  const folder = join(cache, "packages", stem);
  if (!existsSync(archive)) {
    execFileSync("npm", [
      "pack",
      "--silent",
      "--ignore-scripts",
      "--pack-destination",
      join(cache, "tgz"),
      `${name}@${version}`,
    ]);
  }
  if (!existsSync(join(folder, "package.json"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    execFileSync("tar", ["-xzf", archive, "-C", folder, "--strip-components=1", "--no-same-owner"]);
  }
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const found = String(manifest.license).replace(/[()]/g, "");
  if (found !== license || !allowedLicenses.test(found))
    throw new Error(`${name}@${version}: licence ${found}`);
  return folder;
}

function* filesIn(folder, root = folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path, root);
    else if (entry.isFile()) yield relative(root, path).split(sep).join("/");
  }
}

const digest = (text) => createHash("sha256").update(text).digest("hex");

/** Text with unix line ends and without a licence banner. */
function cleaned(text) {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/^(#![^\n]*\n)?\s*((\/\*[\s\S]*?\*\/|(\/\/[^\n]*\n)+)\s*)/, (banner) =>
      /licen[sc]e|copyright/i.test(banner) ? "" : banner,
    )
    .replace(/\n\/\/# sourceMappingURL=[^\n]*/g, "")
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{4,}/g, "\n\n\n")
    .trim()
    .concat("\n");
}

/** True for text that a person is likely to have written and formatted. */
function looksWritten(text, kind) {
  if (text.length < 300 || text.length > 900_000) return false;
  const lines = text.split("\n");
  if (kind !== "md" && generatedText.test(text.slice(0, 600))) return false;
  if (kind !== "md") {
    const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
    if (longest > 600 || text.length / lines.length > 90) return false;
  }
  const plain = text.replace(/[^\n\x20-\x7e\t]/g, "").length;
  return plain / text.length > 0.98;
}

/** Lines seen so far, by digest prefix: a file that mostly repeats them is a duplicate. */
const seenLines = new Set();
function isDuplicate(text) {
  const keys = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 24)
    .map((line) => digest(line).slice(0, 14));
  const repeated = keys.filter((key) => seenLines.has(key)).length;
  if (keys.length === 0 || repeated / keys.length > 0.6) return true;
  for (const key of keys) seenLines.add(key);
  return false;
}

function documentsOf(entry) {
  const folder = unpacked(entry);
  const found = [...filesIn(folder)].filter((path) => kindOf(path) && !skippedPath.test(path));
  const hasSources = found.filter((path) => /\.tsx?$/.test(path) && !/\.d\.ts$/.test(path)).length > 5;
  const hasSrc = found.some((path) => path.startsWith("src/"));
  const wanted = found.filter((path) => {
    if (kindOf(path) === "md") return true;
    if (hasSources) return /\.tsx?$/.test(path) && !/\.d\.ts$/.test(path);
    // Declarations beside a compiled folder repeat the folder's contents.
    if (hasSrc && kindOf(path) === "js") return path.startsWith("src/");
    return !/^(dist|build|_|module)(\/|$)/.test(path) || /\.d\.ts$/.test(path);
  });
  // A seeded order, so that the cap takes a fair sample of the package.
  wanted.sort((a, b) => (digest(a) < digest(b) ? -1 : 1));
  const used = { ts: 0, js: 0, md: 0 };
  const documents = [];
  for (const path of wanted) {
    const kind = kindOf(path);
    const text = cleaned(readFileSync(join(folder, path), "utf8"));
    if (used[kind] >= packageCap[kind] || !looksWritten(text, kind) || isDuplicate(text)) continue;
    const kept = text.slice(0, fileCap);
    used[kind] += kept.length;
    documents.push({ kind, package: entry.name, path, text: kept });
  }
  return { documents, used };
}

for (const folder of ["tgz", "packages", "text"]) mkdirSync(join(cache, folder), { recursive: true });
const summary = {};
// Held-out packages first: what they contain is then a duplicate for training.
for (const split of ["heldOut", "train"]) {
  const parts = { ts: [], js: [], md: [] };
  for (const entry of packages[split]) {
    const { documents, used } = documentsOf(entry);
    for (const { kind, ...document } of documents) parts[kind].push(JSON.stringify(document));
    summary[`${split} ${entry.name}@${entry.version}`] = used;
    console.log(split, `${entry.name}@${entry.version}`, JSON.stringify(used));
  }
  for (const [kind, lines] of Object.entries(parts)) {
    writeFileSync(join(cache, "text", `${split}.${kind}.jsonl`), lines.map((line) => `${line}\n`).join(""));
  }
}
writeFileSync(join(cache, "text", "summary.json"), `${JSON.stringify(summary, undefined, 1)}\n`);
