/** Values beside the text: inlay hints, hovers, and the lines above statements. */
import * as vscode from "vscode";
import type { RaspAnalysis, RaspBinding, RaspLibraryName } from "../../protocol/raspApi";
import { Command } from "../contributions";
import { says } from "../messages";
import type { Analyses } from "./analyses";
import { dialectOf, rangeIn, raspSelector } from "./languages";
import type { LibraryNames } from "./libraryNames";
import { nameAt, placesOf } from "./nameAt";

/** A hint is cut here; the hover has the whole. */
const HINT_LENGTH = 60;

/** Registers hints, hovers and Run · Draw. */
export function registerHints(analyses: Analyses, library: LibraryNames): vscode.Disposable {
  const fresh = new vscode.EventEmitter<void>();
  const { languages } = vscode;
  return vscode.Disposable.from(
    fresh,
    analyses.onDidAnalyse(() => fresh.fire()),
    languages.registerInlayHintsProvider(raspSelector, {
      onDidChangeInlayHints: fresh.event,
      provideInlayHints: async (document, within) => {
        const analysis = await analyses.of(document);
        return analysis
          ? inlayHints(document, analysis).filter(({ position }) => within.contains(position))
          : [];
      },
    }),
    languages.registerCodeLensProvider(raspSelector, {
      onDidChangeCodeLenses: fresh.event,
      provideCodeLenses: async (document) => {
        const analysis = await analyses.of(document);
        return analysis ? codeLenses(document, analysis) : [];
      },
    }),
    languages.registerHoverProvider(raspSelector, {
      provideHover: async (document, position) => {
        const dialect = dialectOf(document);
        const analysis = await analyses.of(document);
        if (!analysis || !dialect) return undefined;
        const known = await library.of(dialect);
        return hover(document, document.offsetAt(position), analysis, known);
      },
    }),
  );
}

/** Statements, each once: one that gives several names has several bindings. */
function statements({ bindings }: RaspAnalysis): readonly (readonly RaspBinding[])[] {
  const byStart = new Map<number, RaspBinding[]>();
  for (const binding of bindings) {
    const known = byStart.get(binding.range.start);
    if (known) known.push(binding);
    else byStart.set(binding.range.start, [binding]);
  }
  return [...byStart.values()];
}

function inlayHints(document: vscode.TextDocument, analysis: RaspAnalysis): vscode.InlayHint[] {
  return statements(analysis).flatMap((bindings) => {
    const shown = bindings.filter(({ kind }) => kind !== "function");
    const end = shown[0]?.range.end;
    if (end === undefined) return [];
    const text = shown.map(({ short }) => short).join(" · ");
    const hint = new vscode.InlayHint(document.positionAt(end), cut(text), vscode.InlayHintKind.Type);
    hint.paddingLeft = true;
    hint.tooltip = code(shown.map(({ long }) => long).join("\n"));
    return [hint];
  });
}

function codeLenses(document: vscode.TextDocument, analysis: RaspAnalysis): vscode.CodeLens[] {
  return statements(analysis)
    .filter(([binding]) => binding?.drawable)
    .flatMap(([binding]) => {
      const range = rangeIn(document, (binding as RaspBinding).range);
      const at = document.offsetAt(range.start);
      const call = (command: Command, title: string): vscode.CodeLens =>
        new vscode.CodeLens(range, { command, title, arguments: [document.uri, at] });
      return [call(Command.RaspRun, says.raspRun()), call(Command.RaspDraw, says.raspDraw())];
    });
}

function hover(
  document: vscode.TextDocument,
  offset: number,
  analysis: RaspAnalysis,
  library: readonly RaspLibraryName[],
): vscode.Hover | undefined {
  const name = nameAt(analysis, offset);
  if (!name) return undefined;
  const range = rangeIn(document, name.range);
  const places = placesOf(analysis, name).filter(({ kind }) => kind === "definition");
  const bindings = analysis.bindings.filter(({ nameRange }) =>
    places.some(({ range: at }) => at.start === nameRange?.start),
  );
  // Of a name that is assigned again, the last value before the place counts.
  const binding = bindings.findLast(({ range: at }) => at.start <= offset) ?? bindings[0];
  if (binding) return new vscode.Hover(bindingWords(binding, analysis), range);
  const known = library.find((entry) => entry.name === name.name);
  if (!known) return undefined;
  const words = code(known.signature);
  words.appendMarkdown("\n");
  words.appendText(known.about);
  return new vscode.Hover(words, range);
}

function bindingWords(binding: RaspBinding, { example }: RaspAnalysis): vscode.MarkdownString {
  const words = code(`${binding.name ?? ""}: ${binding.kind}`);
  if (binding.kind === "function") return code(binding.short);
  words.appendMarkdown("\n");
  words.appendText(
    binding.layer === null ? says.raspOn(example) : says.raspOnInLayer(example, binding.layer),
  );
  words.appendCodeblock(binding.long, "plaintext");
  return words;
}

/** As code, so that nothing in it is read as Markdown. */
function code(text: string): vscode.MarkdownString {
  const words = new vscode.MarkdownString();
  words.appendCodeblock(text, "rasp");
  return words;
}

function cut(text: string): string {
  return text.length > HINT_LENGTH ? `${text.slice(0, HINT_LENGTH - 1)}…` : text;
}
