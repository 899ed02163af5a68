/** What somebody arranged around the lens: followed tokens, a pinned lens, marks in the editor. Kept by the host. */
import type { Memento } from "vscode";
import { CodedError } from "../../base/errors";
import type { LensPerplexity, LensView } from "../../protocol/lens";
import {
  mostFollowed,
  type FollowedToken,
  type LensMark,
  type LensPanelData,
  type PinnedLens,
} from "../../protocol/lensPanel";
import type { DepthUnderline } from "../decorations/depthUnderline";
import type { InlinePrediction } from "../decorations/inlinePrediction";
import { shorten } from "../documents/textTail";
import { says } from "../messages";
import type { Services } from "../services";
import { keepPin, readPin } from "./keptPin";

/** Units of text that are kept with a pinned lens. */
const pinnedText = 160;
const followedKey = "lens.followed";

/** The marks that the Lens switches. */
export interface LensMarks {
  readonly depth: DepthUnderline;
  readonly inline: InlinePrediction;
}

/** Holds it, and makes the page's data of it. */
export class LensExtras {
  private pinned: PinnedLens | null;
  private selected: LensPerplexity | null = null;
  private readonly memento: Memento;

  constructor(
    private readonly services: Services,
    readonly marks: LensMarks,
  ) {
    this.memento = services.context.workspaceState;
    this.pinned = readPin(this.memento);
  }

  /** Ids that are followed in the model in use. */
  get followedIds(): readonly number[] {
    return this.followed.map(({ id }) => id);
  }

  /** The page's data around a lens. */
  around(view: LensView): LensPanelData {
    const { depth, inline } = this.marks;
    return {
      ...view,
      followed: this.followed,
      selected: this.selected,
      pinned: this.pinned,
      marks: { depth: depth.enabled, inline: inline.enabled },
    };
  }

  /** What was measured over the selection, null where nothing is selected. */
  setSelected(selected: LensPerplexity | null): void {
    this.selected = selected;
  }

  /** Keeps a lens as it is now, or lets go of the kept one. */
  pin(view: LensView | null, document: string): void {
    this.pinned = view && this.pinnedOf(view, document);
    keepPin(this.memento, this.pinned);
  }

  private pinnedOf(view: LensView, document: string): PinnedLens {
    const { tokens } = view.window;
    const text = tokens
      .map((token) => (token.special && token.start === token.end ? "" : token.text))
      .join("");
    return { view, document, model: this.services.models.path, text: shorten(text, pinnedText) };
  }

  /**
   * Follows the token that a text is.
   * @throws {CodedError} "not-one-token", "too-many"
   */
  async followText(text: string): Promise<void> {
    if (text === "") throw new CodedError("not-one-token", says.noToken());
    const { engine, models } = this.services;
    const { path } = await models.open();
    const { tokens } = await engine.call("text/tokens", { model: path, text });
    const own = tokens.filter(({ special, start, end }) => !(special && start === end));
    const [token] = own;
    if (token === undefined || own.length > 1)
      throw new CodedError("not-one-token", says.notOneToken(JSON.stringify(text), own.length), {
        next: says.notOneTokenNext(),
      });
    if (!this.followedIds.includes(token.id)) this.add({ id: token.id, text });
  }

  /**
   * Follows a token, or follows it no longer.
   * @throws {CodedError} "too-many"
   */
  toggle(token: FollowedToken): void {
    if (this.followedIds.includes(token.id)) this.keep(this.followed.filter(({ id }) => id !== token.id));
    else this.add(token);
  }

  /** Switches a mark in the editor. */
  async mark(mark: LensMark, on: boolean): Promise<void> {
    if (mark === "depth") this.marks.depth.enable(on);
    else await this.marks.inline.enable(on);
  }

  private add(token: FollowedToken): void {
    if (this.followed.length >= mostFollowed)
      throw new CodedError("too-many", says.tooMany(mostFollowed), { next: says.tooManyNext() });
    this.keep([...this.followed, token]);
  }

  /** Ids belong to a model, so each model has its own list. */
  private get followed(): readonly FollowedToken[] {
    const stored =
      this.memento.get<Record<string, readonly FollowedToken[]>>(followedKey)?.[this.services.models.path];
    return (stored ?? []).slice(0, mostFollowed);
  }

  private keep(followed: readonly FollowedToken[]): void {
    const all = this.memento.get<Record<string, readonly FollowedToken[]>>(followedKey) ?? {};
    void this.memento.update(followedKey, { ...all, [this.services.models.path]: followed });
  }
}
