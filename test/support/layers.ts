/** The import table of ARCHITECTURE.md as data, and the judgement of one import by it. */
import path from "node:path";
import ts from "typescript";

const pure = [
  "base",
  "protocol",
  "tensor",
  "formats",
  "tokenizer",
  "graph",
  "architectures",
  "rasp",
  "analysis",
];

/** Folder → the folders it may import, besides itself. The longest matching folder name counts. */
export const layers: Record<string, readonly string[]> = {
  base: [],
  protocol: ["base"],
  tensor: ["base"],
  tokenizer: ["base"],
  rasp: ["base", "protocol"],
  formats: ["base", "tensor"],
  // protocol: a run's plan speaks of edits and models in the boundary's own words (src/graph/runner.ts)
  graph: ["base", "protocol", "tensor", "formats"],
  architectures: ["base", "tensor", "graph"],
  "rasp/compiler": ["base", "tensor", "graph", "rasp"],
  analysis: ["base", "tensor", "graph", "protocol"],
  engine: [...pure, "rasp/compiler"],
  download: ["base", "protocol"],
  cli: [...pure, "rasp/compiler", "engine", "download"],
  extension: ["base", "protocol", "rasp", "download"],
  webview: ["base", "protocol"],
};

/** Package → where it may be imported: a file, or a folder when the entry ends in a slash. */
export const packages: Record<string, readonly string[]> = {
  vscode: ["src/extension/"],
  // Under these names VS Code finds its proxies; with "node:" it does not.
  http: ["src/download/"],
  https: ["src/download/"],
  net: ["src/download/"],
  tls: ["src/download/"],
  "onnxruntime-node": ["src/engine/ort.ts"],
  "@huggingface/tokenizers": ["src/tokenizer/"],
  "@huggingface/jinja": ["src/tokenizer/"],
  "@vscode/webview-ui-toolkit": ["webview/shared/ui.ts"],
  "plotly.js": ["webview/plots/plotly.ts"],
};

const nodeFolders = ["src/engine/", "src/download/", "src/cli/", "src/extension/"];

/** Node's modules that open connections: `src/download` alone does that, and not by these names. */
const networkModules = /^node:(http|https|http2|net|tls|dgram|dns|quic|cluster|inspector)(\/|$)/;

/** Folders of like things: a file imports no sibling there, except from their `common/`. */
const likeThings = ["src/architectures/", "src/analysis/", "webview/panels/"];

/** Everything that a source text imports: type-only, dynamic and re-exported modules too. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((f) => f.fileName);
}

/** The layer of a file, given from the root with forward slashes. */
export function layerOf(file: string): string {
  if (file.startsWith("webview/")) return "webview";
  const inside = file.replace(/^src\//, "");
  return Object.keys(layers)
    .filter((folder) => inside.startsWith(`${folder}/`))
    .reduce((best, folder) => (folder.length > best.length ? folder : best), "");
}

/** Why `file` may not import `specifier`; null where it may. */
export function objection(file: string, specifier: string): string | null {
  if (networkModules.test(specifier)) return "connections are opened by src/download alone";
  if (specifier.startsWith("node:")) {
    return within(file, nodeFolders) ? null : "Node's modules belong to engine, cli and extension";
  }
  if (!specifier.startsWith(".")) return packageObjection(file, specifier);
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
  if (!target.startsWith("src/") && !target.startsWith("webview/")) return "leaves src and webview";
  const from = layerOf(file);
  const to = layerOf(target);
  if (from === "" || to === "") return "is in no folder of the table";
  if (from !== to && !layers[from]!.includes(to)) return `${from} may not import ${to}`;
  return siblingObjection(file, target);
}

function packageObjection(file: string, specifier: string): string | null {
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0]!;
  const allowed = packages[name];
  if (!allowed) return `the package ${name} is not in the table`;
  return within(file, allowed) ? null : `${name} belongs to ${allowed.join(", ")}`;
}

function siblingObjection(file: string, target: string): string | null {
  const folder = likeThings.find((f) => file.startsWith(f) && target.startsWith(f));
  if (!folder) return null;
  const unit = (p: string) => p.slice(folder.length).split("/")[0]!.replace(/\.ts$/, "");
  const to = unit(target);
  if (to === "common" || to === unit(file)) return null;
  return `${folder} holds like things: share through ${folder}common/`;
}

function within(file: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith("/") ? file.startsWith(place) : file === place));
}
