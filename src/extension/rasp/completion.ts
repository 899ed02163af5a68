/** Completion, signatures while one types a call, and formatting. */
import * as vscode from "vscode";
import type { RaspLibraryName } from "../../protocol/raspApi";
import { says } from "../messages";
import type { Analyses } from "./analyses";
import type { Examples } from "./examples";
import { dialectOf, programOf, raspSelector } from "./languages";
import type { LibraryNames } from "./libraryNames";
import { openCall } from "./openCall";
import type { RaspThread } from "./raspThread";

/** Registers what helps writing. */
export function registerWriting(
  thread: RaspThread,
  analyses: Analyses,
  library: LibraryNames,
  examples: Examples,
): vscode.Disposable {
  const { languages } = vscode;
  const namesOf = async (document: vscode.TextDocument): Promise<readonly RaspLibraryName[]> => {
    const dialect = dialectOf(document);
    return dialect ? library.of(dialect) : [];
  };
  return vscode.Disposable.from(
    languages.registerCompletionItemProvider(raspSelector, {
      provideCompletionItems: async (document, position) => {
        const own = await ownItems(document, position, analyses);
        const taken = new Set(own.map(({ label }) => label));
        const provided = (await namesOf(document)).map(libraryItem);
        return [...own, ...provided.filter(({ label }) => !taken.has(label))];
      },
    }),
    languages.registerSignatureHelpProvider(
      raspSelector,
      {
        provideSignatureHelp: async (document, position) => {
          const call = openCall(document.getText(new vscode.Range(new vscode.Position(0, 0), position)));
          if (!call) return undefined;
          const known = (await namesOf(document)).find(({ name }) => name === call.name);
          if (known) return signature(known.signature, known.about, call.argument);
          const analysis = await analyses.of(document);
          const own = analysis?.bindings.findLast(
            ({ name, kind }) => name === call.name && kind === "function",
          );
          return own ? signature(own.short, "", call.argument) : undefined;
        },
      },
      "(",
      ",",
    ),
    languages.registerDocumentFormattingEditProvider(raspSelector, {
      provideDocumentFormattingEdits: async (document) => {
        const dialect = dialectOf(document);
        if (!dialect) return [];
        const { version } = document;
        const formatted = await thread.call(
          "rasp/format",
          programOf(document, dialect, examples.of(document.uri)),
        );
        if (formatted === null) {
          void vscode.window.setStatusBarMessage(says.raspNotFormatted(), 5000);
          return [];
        }
        if (document.version !== version || formatted === document.getText()) return [];
        const whole = new vscode.Range(
          new vscode.Position(0, 0),
          document.positionAt(document.getText().length),
        );
        return [vscode.TextEdit.replace(whole, formatted)];
      },
    }),
  );
}

async function ownItems(
  document: vscode.TextDocument,
  position: vscode.Position,
  analyses: Analyses,
): Promise<vscode.CompletionItem[]> {
  const analysis = await analyses.of(document);
  if (!analysis) return [];
  const offset = document.offsetAt(position);
  const items = new Map<string, vscode.CompletionItem>();
  for (const { name, kind, of, range } of analysis.names) {
    if (kind !== "definition" || (range.start <= offset && offset <= range.end)) continue;
    const symbol =
      of === "function" ? vscode.CompletionItemKind.Function : vscode.CompletionItemKind.Variable;
    const item = new vscode.CompletionItem(name, symbol);
    const binding = analysis.bindings.findLast((one) => one.name === name);
    if (binding) {
      item.detail = binding.kind === "function" ? binding.short : binding.kind;
      item.documentation = binding.kind === "function" ? undefined : binding.long;
    }
    items.set(name, item);
  }
  return [...items.values()];
}

const itemKinds: Record<RaspLibraryName["kind"], vscode.CompletionItemKind> = {
  function: vscode.CompletionItemKind.Function,
  variable: vscode.CompletionItemKind.Constant,
  keyword: vscode.CompletionItemKind.Keyword,
};

function libraryItem({ name, kind, signature: text, about }: RaspLibraryName): vscode.CompletionItem {
  const item = new vscode.CompletionItem(name, itemKinds[kind]);
  item.detail = text;
  item.documentation = about;
  return item;
}

function signature(text: string, about: string, argument: number): vscode.SignatureHelp {
  const info = new vscode.SignatureInformation(text, about);
  const inside = /\((.*)\)/s.exec(text)?.[1] ?? "";
  info.parameters = inside
    .split(",")
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== "")
    .map((parameter) => new vscode.ParameterInformation(parameter));
  const help = new vscode.SignatureHelp();
  help.signatures = [info];
  help.activeParameter = Math.min(argument, Math.max(0, info.parameters.length - 1));
  return help;
}
