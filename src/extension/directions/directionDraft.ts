/** A direction as it is asked for in the dialogue. Pure, so that it can be tested without an editor. */
import type { DirectionPosition, DirectionSpec, DirectionTemplate } from "../../protocol/direction";
import { badName, freeName } from "../steering/experimentDraft";

/** Methods that are offered for pairs. */
export const pairMethods = ["mean-difference", "pca", "logistic"] as const;

/** What a direction is made from. */
export type DirectionSource =
  | { readonly kind: "template"; readonly template: Pick<DirectionTemplate, "name"> | null }
  | { readonly kind: "file"; readonly path: string | null }
  | { readonly kind: "selections"; readonly texts: readonly [positive: string, negative: string] }
  | { readonly kind: "tokens"; readonly plus: string; readonly minus: string };

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
  }
}

/** A direction's name: its file's, without folder and ending. */
export const nameOf = (save: string): string => save.replace(/^.*\//, "").replace(/\.json$/, "");

const folder = "directions";

/** Where a direction is proposed to be saved: a path that is not taken. */
export function proposedPath({ source, method }: DirectionDraft, taken: ReadonlySet<string>): string {
  const short = method === "mean-difference" || source.kind === "selections" || source.kind === "tokens";
  const name = [plainName(source), ...(short ? [] : [method])].join("-");
  const all = new Set([...taken].map((path) => path.replace(/\.json$/, "")));
  return `${freeName(`${folder}/${name}`, all)}.json`;
}

function plainName(source: DirectionSource): string {
  switch (source.kind) {
    case "template":
      return source.template?.name ?? "direction";
    case "file":
      return slug(nameOf((source.path ?? "").replaceAll("\\", "/")).replace(/\.[^.]*$/, ""));
    case "selections":
      return pairName(...source.texts);
    case "tokens":
      return pairName(source.plus, source.minus);
  }
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
