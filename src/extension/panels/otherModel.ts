/** Marks a panel's data as out of date where another model is in use by now, also when that came about during the run. */
import type { PanelId } from "../../protocol/panelApi";
import type { PanelStore } from "./panelStore";

/** What is needed of the models. */
export interface ModelInUse {
  readonly path: string;
  readonly onDidChange: (listener: () => void) => { dispose(): unknown };
}

/** Watches until disposed; `words` say why the data is out of date. */
export function markOtherModel<Id extends PanelId>(
  store: PanelStore<Id>,
  models: ModelInUse,
  words: () => string,
): { dispose(): void } {
  const check = (): void => {
    const { status, model } = store.state;
    if (status === "ready" && model && model.path !== models.path)
      store.update({ status: "stale", message: words() });
  };
  const stop = store.onDidChange(check);
  const subscription = models.onDidChange(check);
  return {
    dispose: () => {
      stop();
      subscription.dispose();
    },
  };
}
