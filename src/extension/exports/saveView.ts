/** Saving what a panel shows as a view of its own. */
import { CodedError } from "../../base/errors";
import type { PanelId } from "../../protocol/panelApi";
import { savedViewText } from "../../protocol/savedView/savedView";
import { savedViewSuffix } from "../contributions";
import { saveAs } from "../documents/saveAs";
import { exportTexts } from "../messages";
import type { StateOf } from "../panels/panelStore";

/**
 * Asks where to save, and saves.
 * @throws {CodedError} "nothing-shown"
 */
export async function saveView<Id extends PanelId>(id: Id, state: StateOf<Id>): Promise<void> {
  const text = savedViewText(id, state);
  if (text === undefined) throw new CodedError("nothing-shown", exportTexts.nothingShown());
  const content = new TextEncoder().encode(text);
  await saveAs({ name: `${id}${savedViewSuffix}`, format: "json", content });
}
