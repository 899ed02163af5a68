/** Saving what a panel shows as a view of its own. */
import { CodedError } from "../../base/errors";
import type { ModelPanelId, PanelId } from "../../protocol/panelApi";
import { savedViewText } from "../../protocol/savedView/savedView";
import { savedViewSuffix } from "../contributions";
import { saveAs } from "../documents/saveAs";
import { exportTexts } from "../messages";
import type { StateOf } from "../panels/panelStore";
import type { Services } from "../services";

/**
 * Asks where to save, and saves.
 * @throws {CodedError} "nothing-shown"
 */
export async function saveView<Id extends PanelId>(
  { engine }: Pick<Services, "engine">,
  id: Id,
  state: StateOf<Id>,
): Promise<void> {
  const { model } = state;
  // Computed after a model is ready; a view without it could not find its model again.
  const { digest } =
    model?.digest === null
      ? await engine.call("model/digest", { model: model.path })
      : { digest: model?.digest };
  const known = model && digest ? { ...state, model: { ...model, digest } } : state;
  const text = id === "rasp" ? undefined : savedViewText(id, known as StateOf<ModelPanelId>);
  if (text === undefined) throw new CodedError("nothing-shown", exportTexts.nothingShown());
  const content = new TextEncoder().encode(text);
  await saveAs({ name: `${id}${savedViewSuffix}`, format: "json", content });
}
