/**
 * The UI kit behind one thin wall: the only file that knows `@vscode/webview-ui-toolkit`, so that swapping the
 * (archived) toolkit for another kit touches this file alone.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextArea,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { h } from "./dom";

provideVSCodeDesignSystem().register(
  vsCodeButton(),
  vsCodeDropdown(),
  vsCodeOption(),
  vsCodeProgressRing(),
  vsCodeTextArea(),
  vsCodeTextField(),
);

function kit(tag: string): HTMLElement & { value?: string } {
  return document.createElement(tag);
}

/** The kit's text fields name themselves "Text field" when they are connected; they keep the name given here. */
function keepLabel(control: HTMLElement, label: string): void {
  const set = (): void => {
    if (control.getAttribute("aria-label") !== label) control.setAttribute("aria-label", label);
  };
  set();
  new MutationObserver(set).observe(control, { attributes: true, attributeFilter: ["aria-label"] });
}

/** A button; "secondary" for what is not the next step. */
export function button(
  label: string,
  action: () => void,
  appearance: "primary" | "secondary" = "secondary",
): HTMLElement {
  const element = kit("vscode-button");
  element.setAttribute("appearance", appearance);
  element.textContent = label;
  element.addEventListener("click", action);
  return element;
}

/** One entry of a dropdown. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A dropdown with its name before it. */
export class Dropdown {
  readonly element: HTMLElement;
  private readonly control: HTMLElement & { value?: string };
  private drawn = "";

  constructor(label: string, onChange: (value: string) => void) {
    this.control = kit("vscode-dropdown");
    this.control.setAttribute("aria-label", label);
    this.control.addEventListener("change", () => onChange(this.control.value ?? ""));
    this.element = h("span", { class: "field" }, h("span", { class: "field-label" }, label), this.control);
  }

  /** Offers these choices and shows the chosen one. */
  update(choices: readonly Choice[], value: string): void {
    const key = JSON.stringify(choices);
    if (key !== this.drawn) {
      this.drawn = key;
      this.control.replaceChildren(
        ...choices.map((choice) => {
          const option = kit("vscode-option");
          option.setAttribute("value", choice.value);
          option.textContent = choice.label;
          return option;
        }),
      );
    }
    // The kit takes its options over after it is connected: the value is set then, and again for what is there already.
    this.control.setAttribute("current-value", value);
    const set = (): void => {
      if (this.control.value !== value) this.control.value = value;
    };
    set();
    requestAnimationFrame(set);
  }
}

/** A one-line text field with its name before it; Enter calls `onEnter`. */
export class TextField {
  readonly element: HTMLElement;
  private readonly control: HTMLElement & { value?: string };

  constructor(label: string, onEnter: () => void) {
    this.control = kit("vscode-text-field");
    keepLabel(this.control, label);
    this.control.addEventListener("keydown", (event) => {
      if (event.key === "Enter") onEnter();
    });
    this.element = h("span", { class: "field" }, h("span", { class: "field-label" }, label), this.control);
  }

  get value(): string {
    return this.control.value ?? "";
  }

  set value(text: string) {
    if (this.control.value !== text) this.control.value = text;
  }

  /** True while somebody types in it. */
  get focused(): boolean {
    return this.control.contains(document.activeElement);
  }
}

/**
 * A field of several lines with its name before it and a button behind it: `onCommit` is called by the button, by Ctrl
 * or Cmd with Enter, and when the field is left with another text than before.
 */
export class TextArea {
  readonly element: HTMLElement;
  private readonly control: HTMLElement & { value?: string };

  constructor(label: string, onCommit: () => void) {
    this.control = kit("vscode-text-area");
    keepLabel(this.control, label);
    this.control.setAttribute("rows", "2");
    this.control.setAttribute("resize", "vertical");
    this.control.addEventListener("change", onCommit);
    this.control.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onCommit();
    });
    const use = button("Use", onCommit);
    use.setAttribute("aria-label", `Use this ${label.toLowerCase()}`);
    use.title = "Ctrl+Enter";
    this.element = h(
      "div",
      { class: "field text-area" },
      h("span", { class: "field-label" }, label),
      this.control,
      use,
    );
  }

  get value(): string {
    return this.control.value ?? "";
  }

  set value(text: string) {
    if (this.control.value !== text) this.control.value = text;
  }
}

/** A ring that turns while something is being done. */
export function progressRing(): HTMLElement {
  const ring = kit("vscode-progress-ring");
  ring.setAttribute("aria-label", "Working");
  return ring;
}
