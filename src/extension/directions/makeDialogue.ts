/** The dialogue of Make Direction…: what from, how, where to save; each question with a default that works. */
import path from "node:path";
import type { DirectionTemplate } from "../../protocol/direction";
import { askInput } from "../steering/inputStep";
import { fromLine, toLine } from "../steering/lineText";
import { runSteps, type Step } from "../steering/steps";
import {
  firstDraft,
  pairMethods,
  pathFrom,
  proposedPath,
  type DirectionDraft,
  type DirectionSource,
} from "./directionDraft";
import { makeTexts, methodNames } from "../messages/directions";
import { askPick } from "./pickStep";
import { demonstrationsStep, headStep, neuronsStep, pairsStep } from "./sourceSteps";
import { tableItems, tablePath } from "./tableFiles";

/** What the dialogue needs to know. */
export interface MakeFacts {
  readonly templates: () => Promise<readonly DirectionTemplate[]>;
  /** Paths of files from the workspace's folder that are there already. */
  readonly taken: ReadonlySet<string>;
  /** Whether there is a folder to save into; else the path is asked for afterwards. */
  readonly canSave: boolean;
}

/** Asks all that a source leaves open; null when the person left. */
export function askDirection(source: DirectionSource, facts: MakeFacts): Promise<DirectionDraft | null> {
  const place = facts.canSave ? [placeStep(facts)] : [];
  const steps: Record<DirectionSource["kind"], readonly Step<DirectionDraft>[]> = {
    template: [templateStep(facts), methodStep, positionStep, ...place],
    file: [fileStep, methodStep, positionStep, ...place],
    selections: place,
    tokens: [tokenStep("plus"), tokenStep("minus"), ...place],
    neurons: [neuronsStep, pairsStep(facts.templates), ...place],
    head: [headStep, pairsStep(facts.templates), positionStep, ...place],
    task: [demonstrationsStep, ...place],
  };
  return runSteps(firstDraft(source), steps[source.kind]);
}

const title = makeTexts.title;

const templateStep =
  ({ templates }: MakeFacts): Step<DirectionDraft> =>
  async (draft, number, total) => {
    const items = (await templates()).map((template) => ({
      label: template.name,
      description: makeTexts.odds[template.smallModel](),
      detail: `${template.about}. ${template.why}`,
      template,
    }));
    const end = await askPick({ title: title(), placeHolder: makeTexts.which(), items, number, total });
    if (end.kind !== "next") return end;
    return { kind: "next", state: { ...draft, source: { kind: "template", template: end.state.template } } };
  };

const methodStep: Step<DirectionDraft> = async (draft, number, total) => {
  const items = pairMethods.map((method) => ({
    label: methodNames[method](),
    detail: makeTexts.methods[method](),
    method,
  }));
  const end = await askPick({ title: title(), placeHolder: makeTexts.how(), items, number, total });
  return end.kind === "next" ? { kind: "next", state: { ...draft, method: end.state.method } } : end;
};

const positionStep: Step<DirectionDraft> = async (draft, number, total) => {
  const items = (["mean", "last"] as const).map((position) => ({
    label: makeTexts.positions[position](),
    detail: makeTexts.positionsMore[position](),
    position,
  }));
  const end = await askPick({ title: title(), placeHolder: makeTexts.where(), items, number, total });
  return end.kind === "next" ? { kind: "next", state: { ...draft, position: end.state.position } } : end;
};

const fileStep: Step<DirectionDraft> = async (draft, number, total) => {
  const items = await tableItems();
  const end = await askPick({ title: title(), placeHolder: makeTexts.whichFile(), items, number, total });
  if (end.kind !== "next") return end;
  const path = await tablePath(end.state);
  if (path === undefined) return { kind: "leave" };
  return { kind: "next", state: { ...draft, source: { kind: "file", path } } };
};

const tokenStep =
  (side: "plus" | "minus"): Step<DirectionDraft> =>
  async (draft, number, total) => {
    const { source } = draft;
    if (source.kind !== "tokens") return { kind: "next", state: draft };
    const check = (text: string): string | null => {
      if (text === "") return makeTexts.noToken();
      return side === "minus" && fromLine(text) === source.plus ? makeTexts.sameToken() : null;
    };
    const end = await askInput({
      title: title(),
      prompt: makeTexts[side](),
      value: toLine(source[side]),
      number,
      total,
      check,
    });
    if (end.kind !== "next") return end;
    return { kind: "next", state: { ...draft, source: { ...source, [side]: fromLine(end.state) } } };
  };

const placeStep =
  ({ taken }: MakeFacts): Step<DirectionDraft> =>
  async (draft, number, total) => {
    const check = (text: string): string | null => {
      const save = pathFrom(text);
      if (save === null) return makeTexts.noPath();
      return taken.has(save) ? makeTexts.taken(path.posix.basename(save)) : null;
    };
    const value = proposedPath(draft, taken);
    const end = await askInput({ title: title(), prompt: makeTexts.save(), value, number, total, check });
    return end.kind === "next" ? { kind: "next", state: { ...draft, save: pathFrom(end.state) ?? "" } } : end;
  };
