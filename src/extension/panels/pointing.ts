/** What pages do to what is shared: point at tokens and choose them. */
import type { Focus } from "../focus/focus";
import type { PanelActions } from "./hostHandlers";

/** Actions of a panel that shows tokens of a document. */
export function pointing(
  focus: Focus,
  shown: () => string | undefined,
): Pick<PanelActions, "point" | "choosePlace"> {
  return {
    point: (range) => {
      const uri = shown();
      focus.pointer.point(range === null || uri === undefined ? null : { uri, ...range }, "page");
    },
    choosePlace: (place) => {
      const uri = shown();
      if (uri !== undefined) focus.choose({ uri, ...place });
    },
  };
}
