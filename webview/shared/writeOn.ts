/** Having the model write on behind a text: how many tokens, and the button that begins. */
import { h } from "./dom";
import type { PageContext } from "./page";
import { button, Dropdown } from "./ui";

const amounts = [8, 16, 32, 64];

/** A choice and a button; the choice is the page's own and kept with it. */
export class WriteOn {
  readonly element = h("span", { class: "write-on" });
  private readonly amount: Dropdown;
  private readonly write: HTMLButtonElement;

  constructor(
    private readonly context: PageContext,
    ask: (tokens: number) => void,
  ) {
    this.amount = new Dropdown("Write on", (value) => {
      context.host.memory.set("write", value);
      this.draw();
    });
    this.write = button("Continue", () => ask(this.tokens())) as HTMLButtonElement;
    this.write.classList.add("continue");
    this.element.append(this.amount.element, this.write);
    this.draw();
  }

  /** Whether something can be written now. */
  update(can: boolean): void {
    this.write.disabled = !can;
  }

  private tokens(): number {
    const stored = Number(this.context.host.memory.get("write"));
    return amounts.includes(stored) ? stored : amounts[1]!;
  }

  private draw(): void {
    this.amount.update(
      amounts.map((n) => ({ value: String(n), label: `${n} tokens` })),
      String(this.tokens()),
    );
  }
}
