/**
 * Who computes when. Graph calls block the engine's only thread, so calls take turns between two of them: background
 * work waits while work for a view is busy, and a newer call for a view cancels the older one. A job is found again
 * from anywhere inside it (AsyncLocalStorage), so nothing in between has to hand it on.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { CancelSource, throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { CallMeta } from "../protocol/rpcMessages";

/**
 * Milliseconds after its last graph call in which a job still counts as busy. Longer than what analyses do between two
 * graph calls; and a job that waits for background work itself (an opening that several share) does not stop it for ever.
 */
const busyMs = 40;

interface Job {
  readonly queue: JobQueue;
  /** 0 comes before 1. */
  readonly rank: number;
  readonly source: CancelSource;
  /** When it was last seen at work, on `performance.now()`. */
  seen: number;
}

const current = new AsyncLocalStorage<Job>();

/**
 * Waits until nothing more important is busy. To be called before every graph call; work outside any job does not wait.
 * @throws {CancelledError} "cancelled" when the job was cancelled meanwhile
 */
export async function takeTurn(): Promise<void> {
  const job = current.getStore();
  if (job !== undefined) await job.queue.turn(job);
}

/** Takes note that a graph call has ended. */
export function endTurn(): void {
  const job = current.getStore();
  if (job !== undefined) job.seen = performance.now();
}

/** The calls that an engine process is working on. */
export class JobQueue {
  private readonly jobs = new Set<Job>();
  private readonly views = new Map<string, Job>();
  private readonly waiting = new Set<() => void>();

  /** @param quietMs  see `busyMs`; for tests */
  constructor(private readonly quietMs = busyMs) {}

  /**
   * Runs a job; an older one of the same view is cancelled.
   * @throws {CancelledError} "cancelled" when a newer job of its view took its place, or its own signal was raised
   */
  async run<Work extends WorkOptions, T>(
    { view, priority }: CallMeta,
    work: Work,
    task: (work: Work) => T | Promise<T>,
  ): Promise<T> {
    const source = new CancelSource();
    const job: Job = {
      queue: this,
      rank: priority === "background" ? 1 : 0,
      source,
      seen: performance.now(),
    };
    const stop = (): void => {
      source.cancel();
      this.wake();
    };
    throwIfCancelled(work.signal);
    work.signal?.addEventListener("abort", stop, { once: true });
    if (view !== undefined) {
      this.views.get(view)?.source.cancel();
      this.views.set(view, job);
    }
    this.jobs.add(job);
    this.wake();
    try {
      return await current.run(job, () => task({ ...work, signal: source.signal }));
    } finally {
      work.signal?.removeEventListener("abort", stop);
      this.jobs.delete(job);
      if (view !== undefined && this.views.get(view) === job) this.views.delete(view);
      this.wake();
    }
  }

  /** See `takeTurn`. */
  async turn(job: Job): Promise<void> {
    for (;;) {
      throwIfCancelled(job.source.signal);
      const free = this.freeAt(job);
      if (free <= performance.now()) break;
      await this.sleep(free - performance.now());
    }
    job.seen = performance.now();
  }

  /** When the last of the more important jobs stops to count as busy. */
  private freeAt(job: Job): number {
    let free = -Infinity;
    for (const other of this.jobs)
      if (other.rank < job.rank) free = Math.max(free, other.seen + this.quietMs);
    return free;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const up = (): void => {
        clearTimeout(timer);
        this.waiting.delete(up);
        resolve();
      };
      const timer = setTimeout(up, Math.ceil(ms));
      this.waiting.add(up);
    });
  }

  private wake(): void {
    for (const up of [...this.waiting]) up();
  }
}
