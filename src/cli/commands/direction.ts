/** `introspect direction`: makes directions, shows, compares, combines and exports them. */
import { dirname } from "node:path";
import { combineFiles, compareFiles, exportFile } from "../../engine/directions/files";
import { makeDirectionFile } from "../../engine/directions/make";
import { shippedTemplates } from "../../engine/directions/templates";
import { readDirection } from "../../engine/store/directionStore";
import { decodeDirectionSpec, parseDirectionSpec } from "../../protocol/decodeDirectionSpec";
import { directionFormats, type DirectionSpec } from "../../protocol/direction";
import { usageError } from "../cliError";
import type { Command, CommandCall } from "../command";
import { correlate } from "../directionCorrelate";
import { map } from "../directionMap";
import { modelOptions } from "../modelOptions";
import { oneOf, type OptionName, type ParsedArguments } from "../options";
import { factsOf, withModel } from "../session";
import { readText } from "../textFile";

/** What each verb takes, and does. */
interface Verb {
  readonly takes: string;
  /** Its options beside those of the model. */
  readonly options: readonly OptionName[];
  run(call: CommandCall, rest: readonly string[]): Promise<void>;
}

const verbs: Readonly<Record<string, Verb>> = {
  make: { takes: "DIR SPEC.json --out F.json", options: ["out"], run: make },
  import: { takes: "DIR FILE --out F.json", options: ["out"], run: bringIn },
  show: { takes: "F", options: [], run: show },
  compare: { takes: "F G", options: [], run: compare },
  correlate: { takes: "DIR F G --file TEXT", options: ["text", "file", "layer", "bos"], run: correlate },
  map: {
    takes: "DIR [SET]",
    options: ["bos", "where", "metric", "perplexity", "seed", "draws"],
    run: map,
  },
  combine: {
    takes: "F + G - H … [--weights 1,-1] --out S.json",
    options: ["weights", "out"],
    run: combine,
  },
  export: { takes: "F --format npz|gguf --out FILE", options: ["format", "out"], run: exportTo },
  templates: { takes: "nothing", options: [], run: templates },
};

/** Options of any verb. */
const own = [
  "out",
  "format",
  "weights",
  "text",
  "file",
  "layer",
  "bos",
  "where",
  "metric",
  "perplexity",
  "seed",
  "draws",
] as const satisfies readonly OptionName[];

/** Makes directions and looks at them. */
export const directionCommand: Command = {
  name: "direction",
  summary: `a direction in the residual stream: ${Object.keys(verbs).join(", ")}`,
  positionals: ["VERB"],
  more: "[DIR] FILE …",
  options: [...own, ...modelOptions],
  async run(call) {
    const [verb = "", ...rest] = call.args.positionals;
    if (!Object.hasOwn(verbs, verb)) {
      const next = Object.entries(verbs).map(([name, { takes }]) => `direction ${name} ${takes}`);
      throw usageError(`introspect direction does not ${verb}.`, `It does: ${next.join("; ")}.`);
    }
    requireOptions(verb, call.args);
    await verbs[verb].run(call, rest);
  },
};

/** An option of another verb would be without effect. */
function requireOptions(verb: string, { values }: ParsedArguments): void {
  const { options, takes } = verbs[verb];
  const other = own.find((name) => values[name] !== undefined && !options.includes(name));
  if (other === undefined) return;
  const known = options.map((name) => `--${name}`).join(", ");
  const next = known === "" ? `It takes ${takes}.` : `Its options: ${known}.`;
  throw usageError(`direction ${verb} takes no --${other}.`, next);
}

function exactly<N extends 0 | 1 | 2>(
  verb: string,
  rest: readonly string[],
  n: N,
): N extends 2 ? [string, string] : string[] {
  if (rest.length === n) return [...rest] as N extends 2 ? [string, string] : string[];
  throw usageError(`direction ${verb} takes ${verbs[verb].takes}, not ${rest.length} arguments.`);
}

function outOf({ values }: ParsedArguments, what: string): string {
  if (values.out !== undefined) return values.out;
  throw usageError("There is no file to write.", `Give --out ${what}.`);
}

async function make(call: CommandCall, rest: readonly string[]): Promise<void> {
  const [folder, path] = exactly("make", rest, 2);
  outOf(call.args, "F.json");
  const spec = parseDirectionSpec(await readText(path));
  await write(call, { folder, spec, base: path === "-" ? process.cwd() : dirname(path) });
}

async function bringIn(call: CommandCall, rest: readonly string[]): Promise<void> {
  const [folder, file] = exactly("import", rest, 2);
  const spec = decodeDirectionSpec({ method: "import", file });
  await write(call, { folder, spec, base: process.cwd() });
}

async function write(
  { args, out, work }: CommandCall,
  asked: { readonly folder: string; readonly spec: DirectionSpec; readonly base: string },
): Promise<void> {
  const file = outOf(args, "F.json");
  await withModel(asked.folder, work, async (session) => {
    const made = await makeDirectionFile(session.open, asked.spec, { base: asked.base, out: file }, work);
    const facts = await factsOf(session, { bos: made.bos }, work);
    await out.value({ ...made, ...facts, warnings: [...made.warnings, ...(facts.warnings ?? [])] });
  });
}

async function show({ out }: CommandCall, rest: readonly string[]): Promise<void> {
  const [file] = exactly("show", rest, 1);
  const { header } = await readDirection(file);
  await out.value({ file, ...header });
}

async function compare({ out }: CommandCall, rest: readonly string[]): Promise<void> {
  const [first, second] = exactly("compare", rest, 2);
  await out.value(await compareFiles(first, second));
}

/** Files with + and − between them, or with --weights, or both. */
async function combine({ args, out }: CommandCall, rest: readonly string[]): Promise<void> {
  const parts: { file: string; weight: number }[] = [];
  let sign = 1;
  for (const word of rest) {
    if (word === "+" || word === "-" || word === "−") sign = word === "+" ? 1 : -1;
    else {
      parts.push({ file: word, weight: sign });
      sign = 1;
    }
  }
  if (parts.length === 0) throw usageError(`direction combine takes ${verbs["combine"].takes}.`);
  const weights = weightsOf(args.values.weights, parts.length);
  const weighted = parts.map(({ file, weight }, i) => ({ file, weight: weight * weights[i] }));
  await out.value(await combineFiles(weighted, outOf(args, "S.json")));
}

function weightsOf(text: string | undefined, n: number): number[] {
  if (text === undefined) return Array.from({ length: n }, () => 1);
  const weights = text.split(",").map((one) => (one.trim() === "" ? NaN : Number(one)));
  if (weights.length === n && weights.every(Number.isFinite)) return weights;
  throw usageError(
    `--weights takes ${n} numbers, one for each direction.`,
    "Give them as in --weights 1,-0.5.",
  );
}

async function exportTo({ args, out }: CommandCall, rest: readonly string[]): Promise<void> {
  const [file] = exactly("export", rest, 1);
  const format = oneOf("format", args.values.format ?? "npz", directionFormats);
  await out.value(await exportFile(file, format, outOf(args, `FILE.${format}`)));
}

async function templates({ out }: CommandCall, rest: readonly string[]): Promise<void> {
  exactly("templates", rest, 0);
  await out.value(await shippedTemplates());
}
