/** Asking which file a model's trained lens is. Whether it fits is the engine's to say, beside the view. */
import * as vscode from "vscode";
import { Setting } from "../contributions";
import { says } from "../messages";
import { readSetting } from "../settings";
import type { KeptLens } from "./keptLens";
import { lensFileRows, type LensFileRow } from "./lensFileRows";

/** Asks, keeps the answer with the model, and reads through it; nothing changes where the person leaves. */
export async function pickLensFile(lens: KeptLens, model: string): Promise<void> {
  const rows = lensFileRows(lens.fileOf(model), readSetting(Setting.LensFile));
  const picked = await vscode.window.showQuickPick(rows.map(itemOf), {
    title: says.lensFileTitle(),
    placeHolder: says.lensFileWhich(),
    matchOnDetail: true,
  });
  if (!picked) return;
  const { choice } = picked.row;
  const file = choice === "ask" ? await askFile() : choice.file;
  if (choice === "ask" && file === undefined) return;
  lens.chooseFile(model, file);
  lens.change("trained");
}

type Item = vscode.QuickPickItem & { readonly row: LensFileRow };

function itemOf(row: LensFileRow): Item {
  const { of, path, current } = row;
  const names: Readonly<Record<LensFileRow["of"], () => string>> = {
    beside: says.lensBeside,
    setting: says.lensOfSetting,
    chosen: says.lensChosen,
    ask: says.lensOther,
  };
  const more = {
    beside: says.lensBesideMore,
    setting: () => path,
    chosen: () => path,
    ask: says.lensOtherMore,
  };
  return { label: `${current ? "$(check) " : ""}${names[of]()}`, detail: more[of](), row };
}

async function askFile(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: says.lensFileTitle(),
    openLabel: says.lensUse(),
    filters: { Safetensors: ["safetensors"] },
  });
  return chosen?.[0]?.fsPath;
}
