/** A direction as it is asked for in the dialogue. Pure, so that it can be tested without an editor. */
import type { DirectionPosition, DirectionSpec, DirectionTemplate } from "../../protocol/direction";
import { badName, freeName } from "../steering/experimentDraft";
import { type Demonstration, shownOf } from "./typedSources";

/** Methods that are offered for pairs. */
export const pairMethods = ["mean-difference", "pca", "logistic"] as const;

/** Pairs of a shipped template, or of a table. */
export type PairsFrom = { readonly template: string } | { readonly path: string };

/** What a direction is made from. */
export type DirectionSource =
  | { readonly kind: "template"; readonly template: Pick<DirectionTemplate, "name"> | null }
  | { readonly kind: "file"; readonly path: string | null }
  | { readonly kind: "selections"; readonly texts: readonly [positive: string, negative: string] }
  | { readonly kind: "tokens"; readonly plus: string; readonly minus: string }
  | {
      readonly kind: "neurons";
      readonly neurons: NonNullable<DirectionSpec["neurons"]>;
      /** What it is judged on; null: nothing. */
      readonly pairs: PairsFrom | null;
    }
  | {
      readonly kind: "head";
      readonly head: NonNullable<DirectionSpec["head"]> | null;
      readonly pairs: PairsFrom | null;
    }
  | {
      readonly kind: "task";
      readonly from: { readonly path: string } | { readonly pairs: readonly Demonstration[] };
    };

/** What was answered so far. */
export interface DirectionDraft {
  readonly source: DirectionSource;
  readonly method: (typeof pairMethods)[number];
  readonly position: DirectionPosition;
  /** Path from the workspace's folder, with forward slashes and the ending .json. */
  readonly save: string;
}

/** The first answers for a source. */
export const firstDraft = (source: DirectionSource): DirectionDraft => ({
  source,
  method: "mean-difference",
  position: "last",
  save: "",
});

/** Draws, shares and seed that are not asked for. */
const settled = { hook: "hook_resid_post", layers: "all", testShare: 0.25, seed: 0, draws: 20 } as const;

/** What the engine is asked for. */
export function specOf({ source, method, position, save }: DirectionDraft): DirectionSpec {
  const name = nameOf(save);
  const common = { ...settled, name, position, demonstrations: 5 };
  switch (source.kind) {
    case "template":
      return { ...common, method, template: source.template?.name ?? "" };
    case "file":
      return { ...common, method, pairs: { file: source.path ?? "" } };
    case "selections":
      return { ...common, method: "prompt-pair", position: "last", pairs: [source.texts] };
    case "tokens":
      return { ...common, method: "unembed", tokens: [source.plus, source.minus] };
    case "neurons":
      return { ...common, method: "neurons", neurons: source.neurons, ...pairsPart(source.pairs) };
    case "head":
      return { ...common, method: "head", ...headPart(source.head), ...pairsPart(source.pairs) };
    case "task":
      return { ...common, method: "task", position: "last", ...taskPart(source.from) };
  }
}

const headPart = (head: DirectionSpec["head"] | null): Pick<DirectionSpec, "head"> => (head ? { head } : {});

function pairsPart(from: PairsFrom | null): Pick<DirectionSpec, "pairs" | "template"> {
  if (from === null) return {};
  return "template" in from ? { template: from.template } : { pairs: { file: from.path } };
}

function taskPart(
  from: Extract<DirectionSource, { kind: "task" }>["from"],
): Pick<DirectionSpec, "pairs"> & Partial<Pick<DirectionSpec, "demonstrations">> {
  if ("path" in from) return { pairs: { file: from.path } };
  return { pairs: from.pairs, demonstrations: shownOf(from.pairs.length) };
}

/** A direction's name: its file's, without folder and ending. */
export const nameOf = (save: string): string => save.replace(/^.*\//, "").replace(/\.json$/, "");

const folder = "directions";

/** Where a direction is proposed to be saved: a path that is not taken. */
export function proposedPath({ source, method }: DirectionDraft, taken: ReadonlySet<string>): string {
  const short = method === "mean-difference" || (source.kind !== "template" && source.kind !== "file");
  const name = [plainName(source), ...(short ? [] : [method])].join("-");
  const all = new Set([...taken].map((path) => path.replace(/\.json$/, "")));
  return `${freeName(`${folder}/${name}`, all)}.json`;
}

function plainName(source: DirectionSource): string {
  switch (source.kind) {
    case "template":
      return source.template?.name ?? "direction";
    case "file":
      return fileName(source.path ?? "");
    case "selections":
      return pairName(...source.texts);
    case "tokens":
      return pairName(source.plus, source.minus);
    case "neurons":
      return neuronsName(source.neurons);
    case "head":
      return ["head", source.head?.layer, source.head?.head, ...fromName(source.pairs)].join("-");
    case "task":
      return "path" in source.from
        ? fileName(source.from.path)
        : `task-${pairName(...(source.from.pairs[0] ?? ["", ""]))}`;
  }
}

const fileName = (path: string): string => slug(nameOf(path.replaceAll("\\", "/")).replace(/\.[^.]*$/, ""));

const fromName = (from: PairsFrom | null): readonly string[] =>
  from === null ? [] : ["template" in from ? from.template : fileName(from.path)];

function neuronsName(neurons: NonNullable<DirectionSpec["neurons"]>): string {
  const [first] = neurons;
  const more = neurons.length > 1 ? ["and", neurons.length - 1] : [];
  return [neurons.length > 1 ? "neurons" : "neuron", first?.layer, first?.neuron, ...more].join("-");
}

const pairName = (plus: string, minus: string): string =>
  `${slug(plus).slice(0, 20)}-${slug(minus).slice(0, 20)}`.replace(/-{2,}/g, "-").replace(/^-|-$/g, "") ||
  "direction";

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "") || "direction";

/** A path that was typed, in the form of `DirectionDraft.save`; null where it is no path inside the workspace. */
export function pathFrom(typed: string): string | null {
  const parts = typed.trim().replaceAll("\\", "/").split("/");
  const bad = parts.some((part) => part === "" || badName(part) !== null);
  if (bad) return null;
  const path = parts.join("/");
  return path.endsWith(".json") ? path : `${path}.json`;
}
