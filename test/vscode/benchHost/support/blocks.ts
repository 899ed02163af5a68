/**
 * How long the event loop was blocked, and by what. A timer that comes each millisecond notes how late it is, and how
 * long this thread meanwhile ran, stood ready without a processor, and collected garbage. On a busy machine blocks are
 * long in which it hardly ran: other processes had the processors, or a helper thread that it waited for had none.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Session, type Profiler } from "node:inspector";
import { PerformanceObserver } from "node:perf_hooks";

/** One block, in milliseconds. `start` counts from the process's start. */
export interface Block {
  readonly start: number;
  readonly ms: number;
  /** In which this thread computed; null where the system does not tell. */
  readonly ranMs: number | null;
  /** In which it was ready, but another thread had the processor; null where the system does not tell. */
  readonly queuedMs: number | null;
  readonly gcMs: number;
}

interface Times {
  readonly at: number;
  readonly ran: number;
  readonly queued: number;
}

/** What Linux counts for the main thread: nanoseconds run, and nanoseconds ready without a processor. */
function timesNow(): Times {
  try {
    const [ran = 0, queued = 0] = readFileSync("/proc/self/schedstat", "utf8").split(" ").map(Number);
    return { at: performance.now(), ran: ran / 1e6, queued: queued / 1e6 };
  } catch {
    return { at: performance.now(), ran: Number.NaN, queued: Number.NaN };
  }
}

/** Starts noting; the returned function ends it and gives all ticks, the longest first. */
export function watchBlocks(): () => Promise<readonly Block[]> {
  const ticks: { from: Times; to: Times }[] = [];
  const pauses: { start: number; end: number }[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime: start, duration } of list.getEntries())
      pauses.push({ start, end: start + duration });
  });
  observer.observe({ entryTypes: ["gc"] });
  let from = timesNow();
  const timer = setInterval(() => {
    const to = timesNow();
    ticks.push({ from, to });
    from = to;
  }, 1);
  return async () => {
    clearInterval(timer);
    // Entries of pauses are told a turn later.
    await new Promise((resolve) => setTimeout(resolve, 50));
    observer.disconnect();
    const shared = (a: Times, b: Times): number =>
      pauses.reduce(
        (sum, { start, end }) => sum + Math.max(0, Math.min(b.at, end) - Math.max(a.at, start)),
        0,
      );
    return ticks
      .map(({ from: a, to: b }) => blockOf(a, b, shared(a, b)))
      .sort((one, other) => other.ms - one.ms);
  };
}

function blockOf(from: Times, to: Times, gcMs: number): Block {
  const between = (a: number, b: number): number | null => (Number.isNaN(b) ? null : b - a);
  return {
    start: from.at,
    ms: Math.max(0, to.at - from.at - 1),
    ranMs: between(from.ran, to.ran),
    queuedMs: between(from.queued, to.queued),
    gcMs,
  };
}

/** Takes a profile of this thread into a file; the returned function ends it. */
export async function profile(file: string): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      session.post(method, params, (error: Error | null, result?: unknown) =>
        error ? reject(error) : resolve(result),
      );
    });
  await post("Profiler.enable");
  await post("Profiler.setSamplingInterval", { interval: 500 });
  await post("Profiler.start");
  return async () => {
    const { profile: taken } = (await post("Profiler.stop")) as { profile: Profiler.Profile };
    session.disconnect();
    writeFileSync(file, JSON.stringify(taken));
  };
}
