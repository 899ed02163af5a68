/** Labelled texts in files of tables: one column of texts, one of labels. */
import { mostMapTexts } from "../../protocol/textMap";
import { EngineError } from "../engineError";
import { readTable } from "./tableFile";

/** Names of columns that are found without being asked for. */
const known = {
  text: ["text", "statement", "sentence", "scenario"],
  label: ["label", "class", "emotion", "group", "category"],
} as const;

/** A text and the name of its group. */
export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

/**
 * The texts of a file, each once. Columns are found by name, else the first is the label and the second the text.
 * @param name  the file as it was given
 * @throws {EngineError} "bad-set"
 */
export async function readSet(
  path: string,
  name: string,
): Promise<{ readonly texts: readonly LabelledText[]; readonly repeated: number }> {
  const { rows, named } = await readTable(path, name, bad);
  const names = (rows[0] ?? []).map((cell) => (cell ?? "").trim().toLowerCase());
  const find = (usual: readonly string[]): number => names.findIndex((one) => usual.includes(one));
  const byName = named !== false && find(known.text) >= 0 && find(known.label) >= 0;
  const [label, text] = byName ? [find(known.label), find(known.text)] : [0, 1];
  const from = byName || named === true ? 1 : 0;
  const all = rows.slice(from).map((row, i): LabelledText => {
    const found = { label: (row[label] ?? "").trim(), text: row[text] ?? "" };
    if (found.label === "" || found.text.trim() === "")
      throw bad(name, `has no ${found.label === "" ? "label" : "text"} in row ${i + 1} of its texts`);
    return found;
  });
  const texts = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  if (texts.length === 0) throw bad(name, "holds no texts");
  if (texts.length > mostMapTexts)
    throw bad(
      name,
      `holds ${texts.length} texts; ${mostMapTexts} are the most, since each pair of them counts`,
    );
  return { texts, repeated: all.length - texts.length };
}

function bad(name: string, why: string, cause?: unknown): EngineError {
  const next = 'Give two columns, label and text, as in {"label": "joy", "text": "What a day!"} a line.';
  return new EngineError("bad-set", `${name} ${why}.`, { next, cause });
}
