/** Arrow keys among many items of which one is in the tab order ("roving tabindex"). */

/** How focus moves and what happens on the way. */
export interface RovingOptions {
  /** All items in reading order. */
  readonly items: () => readonly HTMLElement[];
  /** Number of columns of a grid; 0 where items wrap and rows are found by their place on the screen. */
  readonly columns: () => number;
  /** The item under the pointer or with the focus. */
  readonly onInspect?: (index: number) => void;
  /** Enter, Space or a click. */
  readonly onChoose?: (index: number) => void;
}

/** Wires a container; `refresh` after the items changed, `rest` sets the Tab stop, `focus` moves the focus. */
export interface Roving {
  refresh(preferred?: number): void;
  /** Makes an item the Tab stop, unless one of them has the focus. */
  rest(index: number): void;
  focus(index: number): void;
}

/** Makes the items of a container reachable by one Tab stop, arrows, Home and End. */
export function roving(container: HTMLElement, options: RovingOptions): Roving {
  const indexOf = (target: EventTarget | null): number => {
    const items = options.items();
    return target instanceof Node ? items.findIndex((item) => item.contains(target)) : -1;
  };
  const makeCurrent = (index: number): void => {
    for (const [i, item] of options.items().entries()) {
      // The attribute itself: without one, an item has the index −1 but cannot be focused.
      const wanted = i === index ? "0" : "-1";
      if (item.getAttribute("tabindex") !== wanted) item.setAttribute("tabindex", wanted);
    }
  };
  const focus = (index: number): void => {
    const item = options.items()[index];
    if (!item) return;
    makeCurrent(index);
    item.focus();
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  container.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = indexOf(event.target);
    if (index < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      options.onChoose?.(index);
      return;
    }
    const next = moved(event.key, index, options);
    if (next === null) return;
    event.preventDefault();
    if (next !== index) focus(next);
  });
  container.addEventListener("focusin", (event) => inspect(indexOf(event.target), true));
  let place = "";
  const pointer = (event: PointerEvent): void => {
    // What scrolls or is drawn anew under a pointer at rest was not pointed at.
    const at = `${event.screenX} ${event.screenY}`;
    if (at === place) return;
    place = at;
    inspect(indexOf(event.target), false);
  };
  container.addEventListener("pointerover", pointer);
  container.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    if (index >= 0) options.onChoose?.(index);
  });
  function inspect(index: number, focused: boolean): void {
    if (index < 0) return;
    if (focused) makeCurrent(index);
    options.onInspect?.(index);
  }
  return {
    focus,
    rest: (index) => {
      if (options.items()[index] && indexOf(document.activeElement) < 0) makeCurrent(index);
    },
    refresh: (preferred = 0) => {
      const items = options.items();
      const kept = items.findIndex((item) => item.tabIndex === 0);
      const focused = indexOf(document.activeElement);
      makeCurrent(focused >= 0 ? focused : kept >= 0 ? kept : Math.min(preferred, items.length - 1));
    },
  };
}

/** Where a key leads from an item, or null when the key moves nothing. */
function moved(key: string, index: number, options: RovingOptions): number | null {
  const items = options.items();
  const columns = options.columns();
  const last = items.length - 1;
  const rowStart = columns > 0 ? index - (index % columns) : 0;
  const rowEnd = columns > 0 ? Math.min(last, rowStart + columns - 1) : last;
  switch (key) {
    case "ArrowLeft":
      return Math.max(rowStart, index - 1);
    case "ArrowRight":
      return Math.min(rowEnd, index + 1);
    case "Home":
      return rowStart;
    case "End":
      return rowEnd;
    case "ArrowUp":
      return columns > 0 ? (index - columns >= 0 ? index - columns : index) : nearest(items, index, -1);
    case "ArrowDown":
      return columns > 0 ? (index + columns <= last ? index + columns : index) : nearest(items, index, 1);
    default:
      return null;
  }
}

/** The item in the line above or below whose middle is nearest. */
function nearest(items: readonly HTMLElement[], index: number, direction: 1 | -1): number {
  const from = items[index]!.getBoundingClientRect();
  const middle = from.left + from.width / 2;
  let best = index;
  let bestLine = Infinity;
  let bestAcross = Infinity;
  for (const [i, item] of items.entries()) {
    const box = item.getBoundingClientRect();
    const line = (box.top - from.top) * direction;
    if (line < from.height / 2) continue;
    const across = Math.abs(box.left + box.width / 2 - middle);
    if (line < bestLine - 1 || (line < bestLine + 1 && across < bestAcross)) {
      best = i;
      bestLine = line;
      bestAcross = across;
    }
  }
  return best;
}
