/** Tokens to follow through the rows: typed, or picked from the rail; each can be let go. */
import { mostFollowed, type FollowedToken } from "../../../src/protocol/lensPanel";
import { fill, h, setText } from "../../shared/dom";
import type { Host } from "../../shared/host";
import { tokenFace } from "../../shared/tokenStrip";
import { spokenText } from "../../shared/tokenText";
import { TextField } from "../../shared/ui";

/** The field and the tokens that are followed. */
export class FollowedTokens {
  readonly element: HTMLElement;
  private readonly field: TextField;
  private readonly list = h("span", { class: "followed", role: "list", "aria-label": "Followed tokens" });
  private readonly failed = h("p", { class: "followed-error", role: "alert", hidden: true });
  private drawn = "";

  constructor(private readonly host: Host) {
    this.field = new TextField("Follow a token", () => void this.follow());
    this.field.element.title = `A text that is one token (up to ${mostFollowed}); Enter follows it. In the details, click a token.`;
    this.element = h(
      "div",
      { class: "follow no-export" },
      h("div", { class: "follow-row" }, this.field.element, this.list),
      this.failed,
    );
  }

  /** Shows these tokens. */
  update(tokens: readonly FollowedToken[]): void {
    const key = JSON.stringify(tokens);
    if (key === this.drawn) return;
    this.drawn = key;
    this.say("");
    fill(
      this.list,
      ...tokens.map(({ id, text }) => {
        const drop = h(
          "button",
          { type: "button", class: "tool", "aria-label": `Stop following ${spokenText(text, id)}` },
          "×",
        );
        drop.addEventListener("click", () => this.host.ask("lens/toggle", { id }));
        return h("span", { class: "followed-token", role: "listitem" }, tokenFace(text, id), drop);
      }),
    );
  }

  private async follow(): Promise<void> {
    this.say("");
    try {
      await this.host.request("lens/follow", { text: this.field.value });
      this.field.value = "";
    } catch (error) {
      const next = (error as { next?: unknown }).next;
      const why = error instanceof Error ? error.message : String(error);
      this.say(typeof next === "string" ? `${why} ${next}` : why);
    }
  }

  private say(words: string): void {
    setText(this.failed, words);
    this.failed.hidden = words === "";
  }
}
