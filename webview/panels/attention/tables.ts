/** The attention page as tables. */
import type { AttentionView } from "../../../src/protocol/attention";
import { aboutToken } from "../../shared/about";
import { headName } from "../../shared/format";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { scoreNames, sorted, type ScoreName } from "./scores";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** One row per query, one column per key, and the share outside the shown tokens. */
export function patternTable(view: AttentionView, byValue = false): TableData {
  const names = view.positions.map((pos) => {
    const token = view.window.tokens[pos];
    return `${pos} ${token ? visibleText(token.text, token.id) : "?"}`;
  });
  const weighted = byValue ? view.pattern.weighted : undefined;
  const what = weighted ? "Pattern × ‖value‖" : "Pattern";
  return {
    caption: `${what} of head ${headName(view.pattern.layer, view.pattern.head)}: a row is a query, a column a key; a weight is ${aboutToken(view.about)}, the key`,
    columns: ["query", ...names, "outside"],
    rows: (weighted ?? view.pattern.rows).map((row, i) => [
      names[i] ?? String(i),
      ...Array.from(view.positions, (_, j) => (j <= i ? (row[j] ?? 0) : null)),
      view.pattern.outside[i] ?? null,
    ]),
  };
}

/** All heads with all scores, by the chosen one. */
export function headTable(view: AttentionView, score: ScoreName): TableData {
  return {
    caption: "Head scores: means over queries",
    columns: [
      "head",
      ...scoreNames.map(({ name, label }) => (name === "entropy" ? `${label} (${logUnit()})` : label)),
    ],
    rows: sorted(view.heads, score).map((head) => [
      headName(head.layer, head.head),
      ...scoreNames.map(({ name }) => (name === "entropy" ? inLogUnit(head.entropy) : head[name])),
    ]),
  };
}
