/** The running example: a field that says beside itself what is wrong with what was typed. */
import { toErrorData } from "../../../src/base/errors";
import { h, setText } from "../../shared/dom";
import type { Host } from "../../shared/host";
import { button, TextField } from "../../shared/ui";

/** The field with its button. */
export class ExampleField {
  readonly element: HTMLElement;
  private readonly field: TextField;
  private readonly own = h("p", { class: "note" }, "The program sets it; Run changes the line there.");
  private readonly problem = h("p", { class: "example-problem", role: "alert" });
  /** The example that the host runs; what differs was typed and not used yet. */
  private used = "";

  constructor(private readonly host: Host) {
    this.field = new TextField("Example", () => void this.use());
    const use = button("Run", () => void this.use());
    use.setAttribute("aria-label", "Run on this example");
    this.element = h(
      "div",
      { class: "example" },
      h("div", { class: "example-row" }, this.field.element, use),
      this.own,
      this.problem,
    );
  }

  /** Shows the example, unless another one is being typed, and whether the program sets it. */
  update(example: string, isOwn: boolean): void {
    this.own.hidden = !isOwn;
    const typed = this.field.focused && this.field.value !== this.used;
    if (!typed && example !== this.used) setText(this.problem, "");
    this.used = example;
    if (!typed) this.field.value = example;
  }

  private async use(): Promise<void> {
    const text = this.field.value;
    setText(this.problem, "");
    try {
      await this.host.request("rasp/example", { text });
    } catch (error) {
      const { message, next } = toErrorData(error);
      setText(this.problem, [message, next].filter(Boolean).join(" "));
    }
  }
}
