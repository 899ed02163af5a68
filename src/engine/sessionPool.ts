/** Sessions by key, the least recently used released first. */
import type { OnnxGraph } from "../formats/onnx/onnxModel";
import { endTurn, takeTurn } from "./jobQueue";
import { createSession, type GraphSession, type SessionOptions } from "./ort";

const mostSessions = 128;

interface Entry {
  readonly session: Promise<GraphSession>;
  users: number;
}

/** Creates graph variants on first use and keeps at most `limit` of them. */
export class SessionPool {
  private readonly entries = new Map<string, Entry>();
  private closed = false;

  constructor(
    private readonly options: SessionOptions,
    private readonly limit = mostSessions,
  ) {}

  /** Number of sessions held. */
  get size(): number {
    return this.entries.size;
  }

  /** Runs `work` with the session of `key`, which is made by `graph` when it is not there. */
  async use<T>(key: string, graph: () => OnnxGraph, work: (session: GraphSession) => Promise<T>): Promise<T> {
    const entry = this.entries.get(key) ?? { session: createSession(graph(), this.options), users: 0 };
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.users++;
    try {
      const session = await entry.session;
      await takeTurn();
      return await work(session);
    } catch (error) {
      if (await failed(entry.session)) this.entries.delete(key);
      throw error;
    } finally {
      endTurn();
      entry.users--;
      this.trim();
    }
  }

  /** Releases every session that is not running; those that run are released when they end. */
  dispose(): void {
    this.closed = true;
    this.trim();
  }

  private trim(): void {
    const limit = this.closed ? 0 : this.limit;
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= limit) return;
      if (entry.users > 0) continue;
      this.entries.delete(key);
      // A session that failed to be made has nothing to release; its error was already given to whoever asked for it.
      entry.session.then((session) => session.release()).catch(() => {});
    }
  }
}

async function failed(session: Promise<GraphSession>): Promise<boolean> {
  return session.then(
    () => false,
    () => true,
  );
}
