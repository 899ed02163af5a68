/** Labelled texts in files of tables: one column of texts, one of labels. */
import { mostMapTexts } from "../../protocol/textMap";
import { EngineError } from "../engineError";
import { readTable, type Table } from "./tableFile";

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
 * The texts of a file, each once. Columns are found by name; where one of two is, the other is the other one; where
 * none is, the first is the label and the second the text.
 * @param name  the file as it was given
 * @throws {EngineError} "bad-set"
 */
export async function readSet(
  path: string,
  name: string,
): Promise<{ readonly texts: readonly LabelledText[]; readonly repeated: number }> {
  const { rows, named } = await readTable(path, name, bad);
  const { label, text, from } = columnsOf({ rows, named }, name);
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

/** Where labels and texts stand, and the first row that has some. */
function columnsOf(
  { rows, named }: Table,
  name: string,
): { readonly label: number; readonly text: number; readonly from: number } {
  const names = (rows[0] ?? []).map((cell) => (cell ?? "").trim().toLowerCase());
  const find = (usual: readonly string[]): number => names.findIndex((one) => usual.includes(one));
  const [label, text] = named === false ? [-1, -1] : [find(known.label), find(known.text)];
  if (label >= 0 && text >= 0) return { label, text, from: 1 };
  // Without a name of its own the first row may be one of texts, whatever words stand in it.
  if (named !== true || (label < 0 && text < 0)) return { label: 0, text: 1, from: named === true ? 1 : 0 };
  if (names.length !== 2) throw bad(name, `has no column of ${label < 0 ? "labels" : "texts"}`);
  return label < 0 ? { label: 1 - text, text, from: 1 } : { label, text: 1 - label, from: 1 };
}

function bad(name: string, why: string, cause?: unknown): EngineError {
  const next = 'Give two columns, label and text, as in {"label": "joy", "text": "What a day!"} a line.';
  return new EngineError("bad-set", `${name} ${why}.`, { next, cause });
}
