/** The models an engine process holds open, and what analyses keep between calls. */
import { HeadScoreCache } from "../analysis/attention/scoreCache";
import { RecordActivations } from "../analysis/common/activations";
import { WindowCache } from "../analysis/heatmap/windowCache";
import { LensColumns } from "../analysis/lens/columns";
import type { CancelSignal, WorkOptions } from "../base/cancel";
import { CancelSource, throwIfCancelled } from "../base/cancel";
import { CancelledError } from "../base/errors";
import type { Logger } from "../base/log";
import type { VerifyRecord } from "../protocol/verify";
import { HeldLenses } from "./lenses";
import { SectionCache } from "./heatmapSections";
import type { ModelList, ModelListRequest } from "../protocol/modelList";
import { listModels } from "./modelList";
import { openModel, type OpenModel, type OpenOptions } from "./model";
import { verifiedOf } from "./store/verified";

/** An open model with what its analyses keep. */
export interface HeldModel {
  readonly open: OpenModel;
  /** Decoded lens columns of the text that was looked at last. */
  readonly columns: LensColumns;
  /** Trained lenses that were looked through. */
  readonly lenses: HeldLenses;
  /** Head scores of the text whose attention was looked at last. */
  readonly headScores: HeadScoreCache;
  /** Sections of the text that is coloured, and windows of it that are measured. */
  readonly heatmap: { readonly sections: SectionCache; readonly windows: WindowCache };
  /** The same on repeated random tokens. */
  readonly repeatedScores: HeadScoreCache;
  /** Activations over the model's records; null where it has none. */
  records(): Promise<RecordActivations | null>;
}

interface Slot {
  readonly held: Promise<HeldModel>;
  readonly source: CancelSource;
  /** Callers that wait for the opening. */
  waiting: number;
  opened: boolean;
}

/** Models kept open at once: one in use and one just left. */
const mostOpen = 2;

/** Opens models on demand and closes the ones not used lately. */
export class ModelStore {
  private readonly slots = new Map<string, Slot>();

  constructor(private readonly options: Omit<OpenOptions, keyof WorkOptions> & { readonly logger: Logger }) {}

  /**
   * The model of a folder, opened if need be and opened anew when its files were changed.
   * Several calls share one opening; it is given up when the last of them is cancelled.
   */
  async get(path: string, work: WorkOptions = {}): Promise<HeldModel> {
    return (await this.current(path, work)).held;
  }

  /**
   * The same for a question about numbers: who asks knows sizes and digest of the model as it was, so that a change is
   * told before anything of the new one is shown.
   * @throws {EngineError} "model-changed" where it was opened anew; the next call goes on
   */
  async getUnchanged(path: string, work: WorkOptions = {}): Promise<HeldModel> {
    const { held, changed } = await this.current(path, work);
    if (changed !== null) throw changed;
    return held;
  }

  private async current(
    path: string,
    work: WorkOptions,
  ): Promise<{ held: HeldModel; changed: Error | null }> {
    const known = this.slots.get(path);
    let changed: Error | null = null;
    if (known !== undefined) {
      const held = await this.wait(path, known, work.signal);
      changed = await held.open.checkUnchanged().then(
        () => null,
        (error: Error) => error,
      );
      if (changed === null) return { held, changed };
      this.options.logger.warn(`${changed.message} Opening it anew.`);
      work.onProgress?.({ done: 0, total: 1, message: "The model's files changed; opening it anew" });
      if (this.slots.get(path) === known) this.close(path);
    }
    const slot = this.slots.get(path) ?? this.open(path, work);
    return { held: await this.wait(path, slot, work.signal), changed };
  }

  /** What is remembered of verifying the model of a digest. */
  verified(digest: string): Promise<VerifyRecord[]> {
    return verifiedOf(this.options.cacheDirectory, digest);
  }

  /** The models that can be chosen, under this store's settings. */
  list(request: ModelListRequest, work: WorkOptions): Promise<ModelList> {
    return listModels(request, { ...this.options, ...work });
  }

  /** Lets go of every model. */
  dispose(): void {
    for (const path of [...this.slots.keys()]) this.close(path);
  }

  private open(path: string, work: WorkOptions): Slot {
    const source = new CancelSource();
    const options = { ...this.options, signal: source.signal, onProgress: work.onProgress };
    const slot: Slot = { held: openModel(path, options).then(hold), source, waiting: 0, opened: false };
    this.slots.set(path, slot);
    slot.held.then(
      () => (slot.opened = true),
      () => this.slots.get(path) === slot && this.slots.delete(path),
    );
    for (const oldest of this.slots.keys()) {
      if (this.slots.size <= mostOpen) break;
      this.close(oldest);
    }
    return slot;
  }

  /** Waits for an opening as long as the caller wants it; the last one to leave ends it, and the next call opens anew. */
  private async wait(path: string, slot: Slot, signal: CancelSignal | undefined): Promise<HeldModel> {
    throwIfCancelled(signal);
    this.slots.delete(path);
    this.slots.set(path, slot);
    slot.waiting++;
    let left = (): void => {};
    const cancelled = new Promise<never>((_, reject) => {
      left = () => {
        if (--slot.waiting === 0 && !slot.opened) this.abandon(path, slot);
        reject(new CancelledError());
      };
      signal?.addEventListener("abort", left, { once: true });
    });
    // Whoever left has the answer already; nobody else listens to this promise.
    cancelled.catch(() => {});
    try {
      return await Promise.race([slot.held, cancelled]);
    } finally {
      signal?.removeEventListener("abort", left);
      if (!signal?.aborted) slot.waiting--;
    }
  }

  /** Ends an opening that nobody waits for. */
  private abandon(path: string, slot: Slot): void {
    if (this.slots.get(path) === slot) this.slots.delete(path);
    slot.source.cancel();
    slot.held.then(({ open }) => open.dispose()).catch(() => {});
  }

  private close(path: string): void {
    const slot = this.slots.get(path);
    this.slots.delete(path);
    slot?.held.then(({ open }) => open.dispose()).catch(() => {});
  }
}

function hold(open: OpenModel): HeldModel {
  let records: Promise<RecordActivations | null> | undefined;
  return {
    open,
    columns: new LensColumns(),
    lenses: new HeldLenses(open),
    headScores: new HeadScoreCache(),
    heatmap: { sections: new SectionCache(), windows: new WindowCache() },
    repeatedScores: new HeadScoreCache(),
    records: () =>
      (records ??= open
        .records()
        .then((found) => (found === null ? null : new RecordActivations(open.runner, found)))),
  };
}
