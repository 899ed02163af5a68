/** Asks which scalar the text is to be coloured by. */
import * as vscode from "vscode";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { ModelInfo } from "../../protocol/model";
import type { DirectionFiles } from "../directions/directionFiles";
import { along, pickDirection, pickLayers } from "../directions/pickDirection";
import { heatTexts } from "../messages/heatmap";

/** What is shown: a measure, in bits where that was asked for; else in the unit that is set. */
export interface ShownMeasure {
  readonly measure: HeatmapMeasure;
  readonly inBits: boolean;
  /** The whole file is wanted, for its total. */
  readonly whole: boolean;
}

/** What is chosen beside a measure while one is shown. */
export type HeatAction = "table" | "export" | "unit" | "whole" | "stop" | "clear";

interface Pick extends vscode.QuickPickItem {
  readonly choose?: (info: ModelInfo) => Promise<ShownMeasure | undefined>;
  readonly action?: HeatAction;
}

/**
 * Asks for a measure, and for what it needs (a neuron, a hook, a direction, a head).
 * @param actions  what can be done with the measure that is shown
 */
export async function pickMeasure(
  { open, directions }: MeasureSources,
  actions: readonly HeatAction[],
): Promise<ShownMeasure | HeatAction | undefined> {
  const picked = await vscode.window.showQuickPick(items(actions, directions), {
    title: heatTexts.pickTitle(),
    placeHolder: heatTexts.pickPlaceholder(),
    matchOnDetail: true,
  });
  if (picked?.action) return picked.action;
  return picked?.choose?.(await open());
}

/** Where what a measure needs is asked for. */
export interface MeasureSources {
  readonly open: () => Promise<ModelInfo>;
  readonly directions: DirectionFiles;
}

function items(actions: readonly HeatAction[], directions: DirectionFiles): Pick[] {
  const shown = actions.map((action): Pick => ({ label: heatTexts.actions[action](), action }));
  const separator = { label: "", kind: vscode.QuickPickItemKind.Separator };
  const plain = (kind: "surprisal" | "rank" | "entropy" | "depth"): Pick => ({
    ...item(kind),
    choose: () => Promise.resolve({ measure: { kind }, inBits: false, whole: false }),
  });
  const bits: Pick = {
    ...item("bits"),
    choose: () => Promise.resolve({ measure: { kind: "surprisal" }, inBits: true, whole: true }),
  };
  const rest: Pick[] = [
    { ...asking("neuron"), choose: askNeuron },
    { ...asking("norm"), choose: askHook },
    { ...asking("direction"), choose: () => askDirection(directions) },
    { ...asking("attentionFrom"), choose: (info) => askHead(info, "from") },
    { ...asking("attentionTo"), choose: (info) => askHead(info, "to") },
  ];
  const measures = [plain("surprisal"), bits, plain("rank"), plain("entropy"), plain("depth"), ...rest];
  return shown.length > 0 ? [...shown, separator, ...measures] : measures;
}

function item(name: keyof typeof heatTexts.names): Pick {
  return { label: heatTexts.names[name](), detail: heatTexts.descriptions[name]() };
}

/** A measure that asks for more. */
function asking(name: keyof typeof heatTexts.names): Pick {
  const { label, ...rest } = item(name);
  return { label: `${label}…`, ...rest };
}

async function askDirection(directions: DirectionFiles): Promise<ShownMeasure | undefined> {
  const file = await pickDirection(directions);
  const layers = file && (await pickLayers(file.header));
  if (!file || layers === undefined) return undefined;
  return { measure: along(file, layers), inBits: false, whole: false };
}

async function askNeuron({ nLayers, dMlp }: ModelInfo): Promise<ShownMeasure | undefined> {
  const [layer, neuron] = (await askPair(heatTexts.askNeuron(nLayers - 1, dMlp - 1), [nLayers, dMlp])) ?? [];
  if (layer === undefined || neuron === undefined) return undefined;
  return { measure: { kind: "neuron", layer, neuron }, inBits: false, whole: false };
}

async function askHead(
  { nLayers, nHeads }: ModelInfo,
  direction: "from" | "to",
): Promise<ShownMeasure | undefined> {
  const [layer, head] = (await askPair(heatTexts.askHead(nLayers - 1, nHeads - 1), [nLayers, nHeads])) ?? [];
  if (layer === undefined || head === undefined) return undefined;
  return { measure: { kind: "attention", direction, layer, head }, inBits: false, whole: false };
}

/** Two numbers with a dot between them, each below its limit. */
async function askPair(prompt: string, limits: readonly [number, number]): Promise<number[] | undefined> {
  const read = (text: string): number[] | undefined => {
    const found = /^\s*L?(\d{1,6})\s*[.\s]\s*[NH]?(\d{1,6})\s*$/i.exec(text)?.slice(1).map(Number);
    return found?.every((one, i) => one < (limits[i] ?? 0)) ? found : undefined;
  };
  const text = await vscode.window.showInputBox({
    title: heatTexts.pickTitle(),
    prompt,
    value: "0.0",
    validateInput: (value) => (read(value) ? null : prompt),
  });
  return text === undefined ? undefined : read(text);
}

async function askHook({ hooks, nLayers }: ModelInfo): Promise<ShownMeasure | undefined> {
  const resid = hooks.filter((hook) => hook.endsWith("hook_resid_post")).reverse();
  const others = hooks.filter((hook) => !resid.includes(hook) && !/hook_(pattern|attn_scores)$/.test(hook));
  const hook = await vscode.window.showQuickPick([...resid, ...others], {
    title: heatTexts.pickTitle(),
    placeHolder: heatTexts.askHook(nLayers - 1),
  });
  return hook === undefined ? undefined : { measure: { kind: "norm", hook }, inBits: false, whole: false };
}
