/** Errors, traps and hints of programs, as problems. */
import * as vscode from "vscode";
import type { RaspRemark } from "../../protocol/raspApi";
import type { Analyses } from "./analyses";
import { rangeIn } from "./languages";

const severities: Record<RaspRemark["severity"], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  hint: vscode.DiagnosticSeverity.Information,
};

/** Shows each analysis's remarks until the document is closed. */
export function showRemarks(analyses: Analyses): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection("rasp");
  return vscode.Disposable.from(
    problems,
    analyses.onDidAnalyse(({ document, analysis }) => {
      if (document.isClosed) return;
      problems.set(
        document.uri,
        analysis.remarks.map((remark) => problemOf(document, remark)),
      );
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => problems.delete(uri)),
  );
}

function problemOf(document: vscode.TextDocument, remark: RaspRemark): vscode.Diagnostic {
  const { message, next, code, severity } = remark;
  const problem = new vscode.Diagnostic(
    rangeIn(document, remark.range),
    next === null ? message : `${message} ${next}`,
    severities[severity],
  );
  problem.source = "RASP";
  problem.code = code;
  return problem;
}
