/** The shell of every page: badge, status, pictures, details, and the rule that no older snapshot is ever painted. */
import { toErrorData, type ErrorData } from "../../src/base/errors";
import type { Pointed } from "../../src/protocol/focus";
import type { PanelData, PanelId, PanelState } from "../../src/protocol/panelApi";
import { Badge } from "./badge";
import { ContextSwitch, type ContextHints } from "./contextSwitch";
import { fill, h, setText, type Child } from "./dom";
import { DrawPace } from "./drawPace";
import { emptyFrame, errorFrame, loadingFrame, type EmptyWords } from "./frame";
import type { FigureSource, Shown } from "./exports/facts";
import type { FigureContext } from "./figure";
import { connect, type AnyState, type Host } from "./host";
import { helpList, type KeyHelp, type Term } from "./keys";
import { PointedToken } from "./pointed";
import { Rail } from "./rail";
import { hostOf, SavedBanner } from "./savedView";
import { setLogUnit } from "./logUnit";
import { UnitSwitch } from "./unitSwitch";
import { onThemeChange, theme } from "./theme";
import "./page.css";
import { progressRing } from "./ui";

/** What a panel is given. */
export interface PageContext extends FigureContext {
  readonly rail: Rail;
  readonly pointed: PointedToken;
  /** Whether the page is of a saved view, which is only looked at. */
  readonly isSaved: () => boolean;
}

/** A panel: a view of its data, nothing more. */
export interface Panel<Data> {
  readonly element: HTMLElement;
  readonly empty: EmptyWords;
  readonly keys: readonly KeyHelp[];
  readonly terms: readonly Term[];
  /** Draws the data; called for every newer snapshot that has some. */
  update(data: Data, state: PanelState<Data>): void;
  /** Draws the last data again: other colours, another width. */
  repaint(): void;
  /** Draws what the rail shows again, after the help covered it. */
  inspect(): void;
  /** A sentence for screen readers after an update. */
  summary(data: Data): string;
  /** What the data was run on, in words; null where nothing was run yet. */
  ran(data: Data): string | null;
  /** What stands at the head of a page that is of no model; nothing on such a page offers to choose one. */
  readonly subject?: (data: Data) => readonly Child[];
  /** What mends the error of a snapshot, in place of trying again; null where nothing on the page does. */
  readonly mend?: (error: ErrorData) => HTMLElement | null;
  /** What each context means here, for panels whose host lets one choose. */
  readonly contexts?: ContextHints;
}

/** Builds the page of one panel and connects it to the host. */
export function openPage<P extends PanelId>(
  id: P,
  create: (context: PageContext) => Panel<PanelData[P]>,
): void {
  const shell = new Shell<PanelData[P]>(id);
  // The host sends each page the snapshots of its own panel only.
  const onState = (state: AnyState): void => shell.receive(state as PanelState<PanelData[P]>);
  const onPointed = (pointed: Pointed): void => shell.pointed.receive(pointed);
  const host = connect({ onState, onPointed }, (error) => shell.fail(toErrorData(error)));
  shell.start(host, create);
}

/** Colours that are computed from the theme, for the stylesheet. */
function applyTheme(): void {
  const { muted, line, mark, dataLine, background, foreground, kind } = theme();
  const names = { muted, line, mark, "data-line": dataLine, ground: background, ink: foreground };
  for (const [name, colour] of Object.entries(names)) document.body.style.setProperty(`--${name}`, colour);
  document.body.dataset["theme"] = kind;
}

class Shell<Data> {
  readonly pointed = new PointedToken(() => this.host);
  private readonly rail = new Rail();
  private readonly main = h("main", { class: "main", tabindex: -1 });
  private readonly frame = h("div", { class: "frame-place" });
  private readonly live = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
  private readonly saved = new SavedBanner(() => this.host.ask("view/live", {}));
  private readonly document = h("span", { class: "document" });
  private readonly status = h("span", { class: "status" });
  /** What must be known to read the picture: for example that only a part of the selection was used. */
  private readonly note = h("p", { class: "note", role: "note" });
  private contextSwitch: ContextSwitch | null = null;
  private host!: Host;
  /** Null on a page that is of no model. */
  private badge: Badge | null = null;
  private readonly subject = h("div", { class: "subject" });
  private unit!: UnitSwitch;
  private panel!: Panel<Data>;
  private state: PanelState<Data> | null = null;
  private taken = -Infinity;
  private readonly pace = new DrawPace<PanelState<Data>>((state) => this.draw(state));
  private readonly statusWords = h("span", { class: "status-words" });
  private statusKind = "";

  constructor(private readonly id: PanelId) {}

  start(whole: Host, create: (context: PageContext) => Panel<Data>): void {
    const host = hostOf(
      whole,
      () => this.state?.saved !== undefined,
      (sentence) => {
        this.saved.say(sentence);
        this.announce(sentence);
      },
    );
    this.host = host;
    this.unit = new UnitSwitch((unit) => host.ask("unit/choose", { unit }));
    const source = (): FigureSource => ({
      model: this.state?.model,
      document: this.state?.document,
      ran: this.ranWords(),
      made: this.state?.made,
      // The data is that of the page's own panel.
      shown:
        this.state?.data === undefined
          ? null
          : ({ panel: this.id, data: this.state.data } as unknown as Shown),
    });
    const announce = (text: string): void => this.announce(text);
    this.panel = create({
      host,
      rail: this.rail,
      pointed: this.pointed,
      announce,
      ofModel: this.id !== "rasp",
      isSaved: () => this.state?.saved !== undefined,
      source,
    });
    const { contexts, subject } = this.panel;
    if (!subject) this.badge = new Badge(() => host.ask("model/choose", {}));
    if (contexts) {
      this.contextSwitch = new ContextSwitch(contexts, (choice) => host.ask("run/choose", choice));
      this.main.append(this.contextSwitch.element);
    }
    const keys = h("button", { type: "button", class: "tool", "aria-label": "Keys and words" }, "?");
    keys.addEventListener("click", () => this.toggleHelp());
    const head = h(
      "header",
      { class: "head" },
      this.badge?.element ?? this.subject,
      this.document,
      this.status,
      this.unit.element,
      keys,
    );
    this.main.append(this.saved.element, this.frame, this.note, this.panel.element);
    const root = h("div", { class: `page page-${this.id}` }, head, this.main, this.rail.element, this.live);
    applyTheme();
    (document.getElementById("root") ?? document.body).append(root);
    this.show(false);
    document.addEventListener("keydown", (event) => this.key(event));
    onThemeChange(() => {
      applyTheme();
      this.repaint();
    });
    new ResizeObserver(() => this.repaint()).observe(this.main);
  }

  /** Takes a snapshot, unless a newer one was taken before. */
  receive(state: PanelState<Data>): void {
    if (state.seq <= this.taken) return;
    this.taken = state.seq;
    this.pace.take(state);
  }

  private draw(state: PanelState<Data>): void {
    const before = this.state?.status;
    this.state = state;
    this.badge?.update(state.model);
    if (this.panel.subject) fill(this.subject, ...(state.data ? this.panel.subject(state.data) : []));
    this.unit.update(state.unit);
    if (state.unit) setLogUnit(state.unit);
    setText(this.document, state.document ?? "");
    this.drawStatus(state);
    this.saved.update(state);
    document.body.dataset["saved"] = state.saved ? "yes" : "no";
    document.body.dataset["seq"] = String(state.seq);
    document.body.dataset["status"] = state.status;
    const shown = state.status !== "error" && state.status !== "empty" && state.data !== undefined;
    try {
      // Shown first: what is not laid out has no width to draw for.
      this.show(shown);
      if (shown && state.data !== undefined) {
        this.panel.update(state.data, state);
        if (state.status === "ready" && before !== "ready") {
          this.announce([this.panel.summary(state.data), this.ranWords()].filter(Boolean).join(" "));
        }
      } else {
        // The words on the last picture do not outlive it.
        this.announce("");
        this.drawFrame(state);
      }
    } catch (error) {
      this.fail({
        ...toErrorData(error),
        message: `The picture could not be drawn. ${toErrorData(error).message}`,
      });
    }
  }

  /** Shows what went wrong in the page itself or on the way to the host. */
  fail(error: ErrorData): void {
    if (error.code === "cancelled") return;
    fill(this.frame, errorFrame(error, this.host, { ofModel: this.ofModel }));
    this.show(false);
  }

  private get ofModel(): boolean {
    return this.panel.subject === undefined;
  }

  private ranWords(): string | null {
    return this.state?.data === undefined ? null : this.panel.ran(this.state.data);
  }

  private show(data: boolean): void {
    this.panel.element.hidden = !data;
    this.contextSwitch?.update(this.state?.run, (data && this.ranWords()) || "");
    setText(this.note, this.state?.status === "ready" ? (this.state.message ?? "") : this.note.textContent);
    this.note.hidden = !data || this.note.textContent === "";
    this.rail.element.hidden = !data;
    this.frame.hidden = data;
  }

  private drawFrame(state: PanelState<Data>): void {
    if (state.status === "error") {
      const unknown = { code: "internal", message: state.message ?? "Something went wrong." };
      const error = state.error ?? unknown;
      const mend = this.panel.mend?.(error) ?? null;
      fill(this.frame, errorFrame(error, this.host, { ofModel: this.ofModel, mend }));
    } else if (state.status === "empty") {
      fill(this.frame, emptyFrame(state, this.panel, this.host));
    } else fill(this.frame, loadingFrame(state, this.host));
  }

  /** The quiet sign beside the document: at work (with Cancel), or out of date (with a way to look again). */
  private drawStatus(state: PanelState<Data>): void {
    const kind = state.data === undefined ? "" : state.status;
    this.main.setAttribute("aria-busy", String(state.status === "loading"));
    const share = state.progress === undefined ? "" : ` ${Math.round(state.progress * 100)}%`;
    const words =
      kind === "loading" ? `${state.message ?? "Working …"}${share}` : (state.message ?? "Out of date");
    setText(this.statusWords, words);
    // In a side bar the sentence may be cut short.
    this.statusWords.title = words;
    if (kind === this.statusKind) return;
    this.statusKind = kind;
    if (kind === "loading") {
      const cancel = h("button", { type: "button", class: "tool" }, "Cancel");
      cancel.addEventListener("click", () => this.host.ask("page/cancel", {}));
      fill(this.status, h("span", { class: "late" }, progressRing(), this.statusWords, cancel));
    } else if (kind === "stale") {
      const again = h("button", { type: "button", class: "tool again" }, "Look again");
      again.addEventListener("click", () => this.host.ask("page/retry", {}));
      fill(this.status, this.statusWords, again);
    } else fill(this.status);
  }

  private repaint(): void {
    if (this.state?.data !== undefined && !this.panel.element.hidden) this.panel.repaint();
  }

  private announce(text: string): void {
    setText(this.live, text);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.rail.held) {
      this.rail.release();
      return;
    }
    if (event.key === "?" && !event.composedPath().some(isTypedInto)) this.toggleHelp();
  }

  private toggleHelp(): void {
    if (this.rail.held) return this.rail.release();
    this.rail.hold("Keys and words", helpList(this.panel.keys, this.panel.terms), () => this.panel.inspect());
    this.rail.element.hidden = false;
  }
}

/** True for fields in which a key writes or chooses. */
function isTypedInto(target: EventTarget): boolean {
  if (target instanceof HTMLInputElement) return target.type !== "radio";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
