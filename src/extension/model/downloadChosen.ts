/** Downloads a model of the catalogue after a person has seen what that means and said yes. */
import * as vscode from "vscode";
import { inWords } from "../../base/bytes";
import { CancelledError, toErrorData } from "../../base/errors";
import { downloadModel, endpointFrom } from "../../download/downloadModel";
import { downloadSize, type CatalogueEntry } from "../../protocol/catalogue";
import type { ListedModel, ModelList } from "../../protocol/modelList";
import { buttons, downloadTexts, sentence } from "../messages";
import { cancelSignal } from "../requests/cancelSignal";
import type { Services } from "../services";
import { memoryText, revisionText } from "./modelRows";

/** What became of it: the model's folder, or that the person wants to see the list again, or neither. */
export type DownloadEnd = { readonly folder: string } | "back" | "left";

/** Asks whether to download, says how it goes, and gives the folder. */
export async function downloadChosen(
  services: Services,
  model: ListedModel & { readonly entry: CatalogueEntry },
  list: ModelList,
): Promise<DownloadEnd> {
  const answer = await confirm(model, list);
  if (answer !== "download") return answer;
  for (;;) {
    try {
      return { folder: await download(services, model.entry, list.downloads) };
    } catch (error) {
      if (error instanceof CancelledError) {
        void vscode.window.showInformationMessage(downloadTexts.cancelled());
        return "left";
      }
      const data = toErrorData(error);
      services.log.error(`${data.code}: ${sentence(data)}`);
      const there = data.code === "download-exists" ? data.details?.["path"] : undefined;
      const offered = typeof there === "string" ? downloadTexts.useIt() : buttons.retry();
      const chosen = await vscode.window.showErrorMessage(sentence(data), offered);
      if (chosen === undefined) return "left";
      if (typeof there === "string") return { folder: there };
    }
  }
}

async function confirm(
  { name, entry, begun = 0, needed, fits, revision }: ListedModel & { readonly entry: CatalogueEntry },
  { budget, downloads, free }: ModelList,
): Promise<"download" | "back" | "left"> {
  const { bytes, exact } = downloadSize(entry);
  const size = exact ? inWords(bytes) : downloadTexts.about(inWords(bytes));
  const isKnown = entry.files.every(({ sha256 }) => sha256 !== undefined);
  const details = [
    downloadTexts.licence(entry.licence),
    ...(revision === null ? [] : [revisionText(revision)]),
    isKnown ? downloadTexts.checked() : downloadTexts.partlyChecked(),
  ];
  const memory = needed === null || fits === null ? "" : memoryText(needed, fits, budget);
  const yes: vscode.QuickPickItem = {
    label: `$(cloud-download) ${begun > 0 ? downloadTexts.goOn(size, inWords(begun)) : downloadTexts.download(size)}`,
    description: memory,
    detail: details.join(" · "),
  };
  const where: vscode.QuickPickItem = {
    label: free === null ? downloads : downloadTexts.room(inWords(free), downloads),
    kind: vscode.QuickPickItemKind.Separator,
  };
  const back: vscode.QuickPickItem = { label: `$(arrow-left) ${downloadTexts.back()}` };
  const chosen = await vscode.window.showQuickPick([yes, where, back], {
    title: downloadTexts.title(name),
    placeHolder: downloadTexts.placeholder(endpointFrom(process.env).host),
  });
  if (chosen === undefined) return "left";
  return chosen === yes ? "download" : "back";
}

async function download(services: Services, entry: CatalogueEntry, to: string): Promise<string> {
  const { path, revision } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: downloadTexts.progressTitle(entry.name),
      cancellable: true,
    },
    async (progress, token) => {
      let shown = 0;
      let last = 0;
      const onProgress = ({ done, total }: { done: number; total: number }): void => {
        const now = Date.now();
        if (now - last < 200 && done < total) return;
        last = now;
        const percent = total > 0 ? (100 * done) / total : 0;
        progress.report({
          message: downloadTexts.progress(inWords(done), inWords(total)),
          increment: Math.max(0, percent - shown),
        });
        shown = Math.max(shown, percent);
      };
      return downloadModel(entry, {
        to,
        endpoint: endpointFrom(process.env),
        signal: cancelSignal(token),
        onProgress,
      });
    },
  );
  const known = revision === null ? downloadTexts.unknownRevision() : revision.slice(0, 8);
  services.log.info(downloadTexts.done(entry.name, known, path));
  return path;
}
