/** Going to definitions and references, renaming, and the outline. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { RaspAnalysis, RaspName } from "../../protocol/raspApi";
import { says } from "../messages";
import type { Analyses } from "./analyses";
import { rangeIn, raspSelector } from "./languages";
import { nameAt, placesOf } from "./nameAt";

interface Found {
  readonly analysis: RaspAnalysis;
  readonly name: RaspName;
}

/** Registers what moves about in a program's names. */
export function registerNavigation(analyses: Analyses): vscode.Disposable {
  const find = async (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<Found | undefined> => {
    const analysis = await analyses.of(document);
    const name = analysis && nameAt(analysis, document.offsetAt(position));
    return analysis && name ? { analysis, name } : undefined;
  };
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerDefinitionProvider(raspSelector, {
      provideDefinition: async (document, position) => {
        const definition = (await find(document, position))?.name.definition;
        return definition ? new vscode.Location(document.uri, rangeIn(document, definition)) : undefined;
      },
    }),
    languages.registerReferenceProvider(raspSelector, {
      provideReferences: async (document, position, { includeDeclaration }) => {
        const found = await find(document, position);
        if (!found) return [];
        return placesOf(found.analysis, found.name)
          .filter(({ kind }) => includeDeclaration || kind === "use")
          .map(({ range }) => new vscode.Location(document.uri, rangeIn(document, range)));
      },
    }),
    languages.registerDocumentHighlightProvider(raspSelector, {
      provideDocumentHighlights: async (document, position) => {
        const found = await find(document, position);
        if (!found) return [];
        return placesOf(found.analysis, found.name).map(
          ({ range, kind }) =>
            new vscode.DocumentHighlight(
              rangeIn(document, range),
              kind === "definition" ? vscode.DocumentHighlightKind.Write : vscode.DocumentHighlightKind.Read,
            ),
        );
      },
    }),
    languages.registerRenameProvider(raspSelector, renaming(find)),
    languages.registerDocumentSymbolProvider(raspSelector, {
      provideDocumentSymbols: async (document) => outline(document, await analyses.of(document)),
    }),
  );
}

function renaming(
  find: (document: vscode.TextDocument, position: vscode.Position) => Promise<Found | undefined>,
): vscode.RenameProvider {
  const own = async (document: vscode.TextDocument, position: vscode.Position): Promise<Found> => {
    const found = await find(document, position);
    const isOwn = found && placesOf(found.analysis, found.name).some(({ kind }) => kind === "definition");
    if (!found || !isOwn) throw new CodedError("not-renamed", says.raspNotRenamed());
    return found;
  };
  return {
    prepareRename: async (document, position) =>
      rangeIn(document, (await own(document, position)).name.range),
    provideRenameEdits: async (document, position, newName) => {
      const { analysis, name } = await own(document, position);
      if (!/^[A-Za-z_]\w*$/.test(newName)) throw new CodedError("no-name", says.raspNoName(newName));
      const taken = analysis.names.some((other) => other.name === newName);
      if (taken) throw new CodedError("name-taken", says.raspNameTaken(newName));
      const edit = new vscode.WorkspaceEdit();
      for (const { range } of placesOf(analysis, name))
        edit.replace(document.uri, rangeIn(document, range), newName);
      return edit;
    },
  };
}

function outline(document: vscode.TextDocument, analysis: RaspAnalysis | undefined): vscode.DocumentSymbol[] {
  if (!analysis) return [];
  const kinds = { function: vscode.SymbolKind.Function, selector: vscode.SymbolKind.Array };
  const seen = new Set<string>();
  const symbols: vscode.DocumentSymbol[] = [];
  for (const binding of analysis.bindings) {
    if (binding.name === null || binding.nameRange === null || seen.has(`${binding.nameRange.start}`))
      continue;
    seen.add(`${binding.nameRange.start}`);
    const kind =
      binding.kind === "function" || binding.kind === "selector"
        ? kinds[binding.kind]
        : vscode.SymbolKind.Variable;
    const [range, nameRange] = [rangeIn(document, binding.range), rangeIn(document, binding.nameRange)];
    const detail = binding.kind === "function" ? binding.short : binding.kind;
    symbols.push(new vscode.DocumentSymbol(binding.name, detail, kind, range.union(nameRange), nameRange));
  }
  return symbols;
}
