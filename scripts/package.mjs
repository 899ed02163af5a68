/**
 * Packs the extension for one platform: out/introspect-<version>-<target>.vsix
 *
 *   node scripts/package.mjs [--target linux-x64] [--out file.vsix] [--no-minify] [--verbose]
 *
 * What ships is staged first: the built bundles, the native runtime with this target's binaries only, media, models
 * and the texts. onnxruntime-node stays a package of its own because its binaries are loaded by path.
 */
import fs from "node:fs";
import path from "node:path";
import { createVSIX } from "@vscode/vsce";
import * as esbuild from "esbuild";
import { bundles, plotlyCss } from "./lib/bundles.mjs";
import { complaints, filesInZip } from "./lib/packed.mjs";
import { OUT, inRoot } from "./lib/paths.mjs";

const targets = ["linux-x64", "linux-arm64", "win32-x64", "win32-arm64", "darwin-arm64"];

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const target = option("--target") ?? `${process.platform}-${process.arch}`;
if (!targets.includes(target)) {
  console.error(`there is no native runtime for ${target}; possible: ${targets.join(", ")}`);
  process.exit(1);
}

const manifest = JSON.parse(fs.readFileSync(inRoot("package.json"), "utf8"));
const file = path.resolve(option("--out") ?? path.join(OUT, `introspect-${manifest.version}-${target}.vsix`));
const stage = path.join(OUT, `package-${process.pid}`);
const bundledModel = "models/introspect-small";
const started = Date.now();

async function build() {
  const outdir = path.join(stage, "dist");
  const { bundles: list } = bundles({ outdir, minify: !args.includes("--no-minify"), sourcemap: false });
  await Promise.all(list.map(({ options }) => esbuild.build(options)));
  fs.mkdirSync(path.join(outdir, "webview"), { recursive: true });
  fs.writeFileSync(path.join(outdir, "webview", "plotly.css"), plotlyCss());
}

/** What runs; not the maps and types that the packages carry. */
const runs = (name) => !/\.(map|d\.ts)$/.test(name);

/** onnxruntime-node and -common below dist/node_modules, where dist/engine.js finds them. */
function copyRuntime() {
  const [platform, arch] = target.split("-");
  const from = (...p) => inRoot("node_modules", ...p);
  const to = (...p) => path.join(stage, "dist", "node_modules", ...p);
  const binaries = `bin/napi-v6/${platform}/${arch}`;
  for (const part of ["package.json", "dist", binaries]) {
    fs.cpSync(from("onnxruntime-node", part), to("onnxruntime-node", part), {
      recursive: true,
      filter: runs,
    });
  }
  if (platform === "darwin") {
    // The same library under two names; the binding loads the one without the full version.
    for (const name of fs.readdirSync(to("onnxruntime-node", binaries))) {
      if (/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(name))
        fs.rmSync(to("onnxruntime-node", binaries, name));
    }
  }
  for (const part of ["package.json", "dist/cjs"]) {
    fs.cpSync(from("onnxruntime-common", part), to("onnxruntime-common", part), {
      recursive: true,
      filter: runs,
    });
  }
}

function copyTexts() {
  for (const part of ["media", "models", "l10n", "README.md", "CHANGELOG.md", "LICENSE", ".vscodeignore"]) {
    if (fs.existsSync(inRoot(part))) fs.cpSync(inRoot(part), path.join(stage, part), { recursive: true });
  }
  // The README's pictures are for its readers on the web, the figures of the model's card for the tests.
  const left = [
    "media/docs",
    ...["reference", "evaluation", "curve"].map((n) => `${bundledModel}/${n}.json`),
  ];
  for (const name of left) fs.rmSync(path.join(stage, name), { recursive: true, force: true });
  for (const name of fs.readdirSync(inRoot()).filter((n) => /^package\.nls.*\.json$/.test(n))) {
    fs.copyFileSync(inRoot(name), path.join(stage, name));
  }
  const shipped = { ...manifest };
  for (const key of ["scripts", "devDependencies", "dependencies", "allowScripts", "private", "bin"]) {
    delete shipped[key];
  }
  fs.writeFileSync(path.join(stage, "package.json"), JSON.stringify(shipped, null, 2));
}

try {
  fs.mkdirSync(stage, { recursive: true });
  fs.mkdirSync(path.dirname(file), { recursive: true });
  await build();
  copyRuntime();
  copyTexts();
  // vsce lists every file; its warnings go another way and stay.
  const log = console.log;
  if (!args.includes("--verbose")) console.log = () => undefined;
  await createVSIX({
    cwd: stage,
    packagePath: file,
    target,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  console.log = log;
  const bytes = fs.statSync(file).size;
  const panels = fs.readdirSync(inRoot("webview", "panels"));
  const wrong = complaints({ names: filesInZip(file), bytes, panels });
  if (wrong.length > 0) {
    // Nobody should install it by mistake.
    fs.rmSync(file);
    throw new Error(`the package is not as it should be:\n  ${wrong.join("\n  ")}`);
  }
  const size = (bytes / 1e6).toFixed(1);
  console.log(`packed ${path.relative(process.cwd(), file)} (${size} MB) in ${Date.now() - started} ms`);
} finally {
  fs.rmSync(stage, { recursive: true, force: true });
}
