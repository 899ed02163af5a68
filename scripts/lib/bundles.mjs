/** What is bundled from what, and how: the one list that build, watch and package share. */
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { DIST, inRoot } from "./paths.mjs";

const node = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  sourcemap: true,
  logLevel: "warning",
  external: ["vscode", "onnxruntime-node"],
};

/** Plotly imports stylesheets of parts that are not used here; they must not land in a page's css. */
const plotlyCssAsText = {
  name: "plotly-css-as-text",
  setup(build) {
    build.onLoad({ filter: /plotly\.js[/\\].*\.css$|maplibre.*\.css$/ }, async (args) => ({
      contents: await fs.promises.readFile(args.path, "utf8"),
      loader: "text",
    }));
  },
};

const browser = {
  bundle: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  sourcemap: true,
  logLevel: "warning",
  define: { global: "globalThis" },
  loader: { ".svg": "text", ".woff2": "file" },
  plugins: [plotlyCssAsText],
};

const nodeEntries = [
  { name: "extension", entry: "src/extension/activate.ts" },
  { name: "engine", entry: "src/engine/main.ts" },
  { name: "rasp", entry: "src/extension/rasp/main.ts" },
  { name: "cli", entry: "src/cli/main.ts", banner: "#!/usr/bin/env node" },
];

function panelEntries() {
  const folder = inRoot("webview", "panels");
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => ({ name: e.name, folder: path.join(folder, e.name) }));
}

/**
 * All bundles as esbuild options.
 * @param {{outdir?: string, minify?: boolean, sourcemap?: boolean}} [mode]
 * @returns {{bundles: {name: string, options: object}[], missing: string[]}} `missing`: entries whose file is not there
 */
export function bundles(mode = {}) {
  const outdir = mode.outdir ?? DIST;
  const common = { minify: Boolean(mode.minify), sourcemap: mode.sourcemap ?? true };
  const result = [];
  const missing = [];
  const add = (name, entry, options) => {
    if (fs.existsSync(entry)) result.push({ name, options: { ...options, ...common, entryPoints: [entry] } });
    else missing.push(path.relative(inRoot(), entry));
  };
  for (const { name, entry, banner } of nodeEntries) {
    add(name, inRoot(entry), {
      ...node,
      outfile: path.join(outdir, `${name}.js`),
      ...(banner ? { banner: { js: banner } } : {}),
    });
  }
  add("webview/guard", inRoot("webview", "shared", "guard.ts"), {
    ...browser,
    outfile: path.join(outdir, "webview", "guard.js"),
  });
  const panels = panelEntries();
  if (panels.length === 0) missing.push("webview/panels/*/main.ts");
  for (const panel of panels) {
    add(`webview/${panel.name}`, path.join(panel.folder, "main.ts"), {
      ...browser,
      outfile: path.join(outdir, "webview", `${panel.name}.js`),
    });
  }
  return { bundles: result, missing };
}

/**
 * Plotly's stylesheet as a file, so that pages need no 'unsafe-inline': Plotly looks for an element with the id
 * `plotly.js-style-global` and injects nothing where it finds one. The rules are read from the table that Plotly's
 * own build made; the placeholders X and Y are replaced exactly as that file does.
 */
export function plotlyCss() {
  const source = fs.readFileSync(inRoot("node_modules/plotly.js/build/plotcss.js"), "utf8");
  const table = /var rules = (\{[\s\S]*?\n\});/.exec(source);
  if (!table) throw new Error("plotly.js/build/plotcss.js has another form than expected");
  const rules = vm.runInNewContext(`(${table[1]})`);
  const lines = ["/* Generated from plotly.js/build/plotcss.js. */"];
  for (const [selector, body] of Object.entries(rules)) {
    const full = selector
      .replace(/^,/, " ,")
      .replace(/X/g, ".js-plotly-plot .plotly")
      .replace(/Y/g, ".plotly-notifier");
    lines.push(`${full.trim()} { ${body} }`);
  }
  lines.push(".js-plotly-plot .heatmaplayer image { image-rendering: pixelated; }", "");
  return lines.join("\n");
}
