/** The rows from which a model's lens file is chosen. Pure, so that it can be tested without an editor. */

/** What a row stands for: a file, null for the one beside the model, undefined for what the settings say, or another file. */
export type LensFileChoice = { readonly file: string | null | undefined } | "ask";

/** One row. */
export interface LensFileRow {
  readonly of: "beside" | "setting" | "chosen" | "ask";
  readonly choice: LensFileChoice;
  /** Path that is shown, empty where the row says it all. */
  readonly path: string;
  /** Whether this is what holds now. */
  readonly current: boolean;
}

/**
 * What there is to choose from.
 * @param chosen  as `KeptLens.fileOf` has it
 * @param setting  the file that the settings name, or empty
 */
export function lensFileRows(chosen: string | null | undefined, setting: string): readonly LensFileRow[] {
  const bySetting = chosen === undefined && setting !== "";
  const rows: LensFileRow[] = [];
  if (typeof chosen === "string")
    rows.push({ of: "chosen", choice: { file: chosen }, path: chosen, current: true });
  // Without a file in the settings both ways lead beside the model; then nothing needs to be kept.
  const beside = { file: setting === "" ? undefined : null };
  rows.push({ of: "beside", choice: beside, path: "", current: typeof chosen !== "string" && !bySetting });
  if (setting !== "")
    rows.push({ of: "setting", choice: { file: undefined }, path: setting, current: bySetting });
  return [...rows, { of: "ask", choice: "ask", path: "", current: false }];
}
