/** One thing looked at, seen everywhere: the token pointed at, the place chosen, and the way back through what was. */
import type { ChosenPlace } from "../../protocol/focus";
import { History } from "./history";
import { type DocumentPlace, Pointer } from "./pointer";

/** A look at something: which panel showed what, as plain values, so that it can be had again. */
export interface Look {
  readonly panel: "neurons" | "attention";
  readonly target: DocumentPlace;
  readonly layer?: number;
  readonly head?: number;
  readonly neuron?: number;
  /** Neurons of this layer alone. */
  readonly only?: number;
}

/** A chosen place and its document. */
export type ChosenIn = ChosenPlace & { readonly uri: string };

/** Shared by the panels and the editor; made once. */
export class Focus {
  readonly pointer = new Pointer();
  private readonly history = new History<Look>();
  private readonly choosers = new Set<(place: ChosenIn) => void>();
  private readonly movers = new Set<(look: Look) => void>();
  private readonly watchers = new Set<() => void>();
  private moving = false;

  get canGoBack(): boolean {
    return this.history.canGoBack;
  }

  get canGoForward(): boolean {
    return this.history.canGoForward;
  }

  /** A token (and layer) was chosen: what is open follows. */
  choose(place: ChosenIn): void {
    for (const follow of [...this.choosers]) follow(place);
  }

  onDidChoose(follow: (place: ChosenIn) => void): void {
    this.choosers.add(follow);
  }

  /** Notes a look, unless it is one that is gone back or forward to. */
  visit(look: Look): void {
    if (this.moving) return;
    this.history.visit(look);
    for (const watch of [...this.watchers]) watch();
  }

  /** Called after every look that was noted or gone to. */
  onDidMove(watch: () => void): void {
    this.watchers.add(watch);
  }

  /** Shows a look again; the panel it belongs to does. */
  onRevisit(show: (look: Look) => void): void {
    this.movers.add(show);
  }

  back(): void {
    this.go(this.history.back());
  }

  forward(): void {
    this.go(this.history.forward());
  }

  private go(look: Look | undefined): void {
    if (look === undefined) return;
    this.moving = true;
    try {
      // A panel notes its look before it waits for anything, so that going there is not noted as new.
      for (const show of [...this.movers]) show(look);
    } finally {
      this.moving = false;
    }
    for (const watch of [...this.watchers]) watch();
  }
}
