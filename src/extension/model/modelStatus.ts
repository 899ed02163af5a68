/** The status bar item that names the model in use and leads to choosing another. */
import * as vscode from "vscode";
import { Command } from "../contributions";
import { modelTexts } from "../messages";
import type { VerifyRecord } from "../../protocol/verify";
import { escapeIcons } from "./modelRows";
import type { Models, ModelState } from "./models";

/** Shows the item for as long as the returned object lives. */
export function showModelStatus(models: Models): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("introspect.model", vscode.StatusBarAlignment.Right, 90);
  item.name = "Introspect";
  item.command = Command.ChooseModel;
  const draw = (): void => {
    const { name, state } = models;
    item.text = `$(${icon(state)}) ${escapeIcons(name)}`;
    item.tooltip = [modelTexts.statusTooltip(name, detail(state)), ...warningsOf(state)].join("\n");
    item.accessibilityInformation = { label: modelTexts.statusLabel(name), role: "button" };
  };
  draw();
  item.show();
  return vscode.Disposable.from(item, models.onDidChange(draw));
}

function icon(state: ModelState): string {
  if (state.kind === "opening") return "loading~spin";
  return state.kind === "failed" ? "warning" : "circuit-board";
}

/** What is odd about the model, or about what it runs on. */
function warningsOf(state: ModelState): readonly string[] {
  return state.kind === "open" ? (state.info.warnings ?? []) : [];
}

/** What `introspect verify` found of this very model, by device. */
function verifiedText(records: readonly VerifyRecord[] = []): string {
  return records
    .map(({ device, passed, failed, at }) => {
      const day = at.slice(0, 10);
      return `; ${passed ? modelTexts.verified(device, day) : modelTexts.notVerified(device, day, failed.join(", "))}`;
    })
    .join("");
}

function detail(state: ModelState): string {
  switch (state.kind) {
    case "unopened":
      return "";
    case "opening":
      return ` (${modelTexts.statusBusy()})`;
    case "failed":
      return ` (${modelTexts.statusFailed()}: ${state.error.message})`;
    case "open":
      return ` (${state.info.family}, ${state.info.nLayers} × ${state.info.dModel}${verifiedText(state.verified)})`;
  }
}
