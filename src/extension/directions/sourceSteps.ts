/** Steps of Make Direction… about parts of the model and about tasks. */
import type { DirectionTemplate } from "../../protocol/direction";
import { askInput } from "../steering/inputStep";
import { fromLine, toLine } from "../steering/lineText";
import type { Step } from "../steering/steps";
import { makeTexts, sourceTexts } from "../messages/directions";
import type { DirectionDraft, PairsFrom } from "./directionDraft";
import { askPick } from "./pickStep";
import { tableItems, tablePath } from "./tableFiles";
import {
  demonstrationsFrom,
  demonstrationsLine,
  fewestDemonstrations,
  headFrom,
  neuronsFrom,
  neuronsLine,
} from "./typedSources";

const title = makeTexts.title;

/** Which neurons. */
export const neuronsStep: Step<DirectionDraft> = async (draft, number, total) => {
  const { source } = draft;
  if (source.kind !== "neurons") return { kind: "next", state: draft };
  const end = await askInput({
    title: title(),
    prompt: sourceTexts.whichNeurons(),
    value: neuronsLine(source.neurons),
    number,
    total,
    check: (text) => (neuronsFrom(text) ? null : sourceTexts.noNeurons()),
  });
  if (end.kind !== "next") return end;
  const neurons = neuronsFrom(end.state) ?? source.neurons;
  return { kind: "next", state: { ...draft, source: { ...source, neurons } } };
};

/** Which head. */
export const headStep: Step<DirectionDraft> = async (draft, number, total) => {
  const { source } = draft;
  if (source.kind !== "head") return { kind: "next", state: draft };
  const end = await askInput({
    title: title(),
    prompt: sourceTexts.whichHead(),
    value: source.head ? `${source.head.layer}.${source.head.head}` : "",
    number,
    total,
    check: (text) => (headFrom(text) ? null : sourceTexts.noHead()),
  });
  if (end.kind !== "next") return end;
  return { kind: "next", state: { ...draft, source: { ...source, head: headFrom(end.state) } } };
};

/** Which pairs a part of the model is read on: those of a template or a table; for neurons none, too. */
export const pairsStep =
  (templates: () => Promise<readonly DirectionTemplate[]>): Step<DirectionDraft> =>
  async (draft, number, total) => {
    const { source } = draft;
    if (source.kind !== "neurons" && source.kind !== "head") return { kind: "next", state: draft };
    const none = { label: sourceTexts.notJudged(), detail: sourceTexts.notJudgedMore(), from: null };
    const shipped = (await templates()).map(({ name, about }) => ({
      label: name,
      description: sourceTexts.template(),
      detail: about,
      from: { template: name },
    }));
    const tables = (await tableItems()).map((item) => ({ ...item, from: item }));
    const items = [...(source.kind === "neurons" ? [none] : []), ...shipped, ...tables];
    const placeHolder = source.kind === "head" ? sourceTexts.headPairs() : sourceTexts.judgedOn();
    const end = await askPick<(typeof items)[number]>({ title: title(), placeHolder, items, number, total });
    if (end.kind !== "next") return end;
    const { from } = end.state;
    let pairs: PairsFrom | null = null;
    if (from !== null && "template" in from) pairs = from;
    else if (from !== null) {
      const path = await tablePath(from);
      if (path === undefined) return { kind: "leave" };
      pairs = { path };
    }
    return { kind: "next", state: { ...draft, source: { ...source, pairs } } };
  };

/** Which demonstrations: those of a table, or typed ones. */
export const demonstrationsStep: Step<DirectionDraft> = async (draft, number, total) => {
  const { source } = draft;
  if (source.kind !== "task") return { kind: "next", state: draft };
  const typed = { label: sourceTexts.type(), detail: sourceTexts.typeMore(), uri: undefined, isTyped: true };
  const tables = (await tableItems()).map((item) => ({ ...item, isTyped: false }));
  for (;;) {
    const end = await askPick({
      title: title(),
      placeHolder: sourceTexts.whichTask(),
      items: [typed, ...tables],
      number,
      total,
    });
    if (end.kind !== "next") return end;
    if (!end.state.isTyped) {
      const path = await tablePath(end.state);
      if (path === undefined) return { kind: "leave" };
      return { kind: "next", state: { ...draft, source: { ...source, from: { path } } } };
    }
    const given = "pairs" in source.from ? demonstrationsLine(source.from.pairs) : "";
    const line = await askInput({
      title: title(),
      prompt: sourceTexts.demonstrations(),
      value: toLine(given),
      number,
      total,
      canGoBack: true,
      check: demonstrationsProblem,
    });
    if (line.kind === "leave") return line;
    if (line.kind === "back") continue;
    const pairs = demonstrationsFrom(fromLine(line.state)) ?? [];
    return { kind: "next", state: { ...draft, source: { ...source, from: { pairs } } } };
  }
};

function demonstrationsProblem(text: string): string | null {
  const pairs = demonstrationsFrom(fromLine(text));
  if (pairs === null) return sourceTexts.noDemonstrations();
  return pairs.length < fewestDemonstrations
    ? sourceTexts.fewDemonstrations(pairs.length, fewestDemonstrations)
    : null;
}
