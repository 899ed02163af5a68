/**
 * The one rpc peer, for all boundaries: extension host ↔ engine process, ↔ page, ↔ the thread of RASP programs.
 * Each side serves a method map and calls the other's; see `engineApi.ts`, `panelApi.ts` and `raspApi.ts` for the maps.
 */
import { CancelSource, type CancelSignal, type Progress, type WorkOptions } from "../base/cancel";
import {
  CancelledError,
  CodedError,
  fromErrorData,
  toErrorData,
  type ErrorData,
  type ErrorFacts,
} from "../base/errors";
import { silentLogger, type Logger } from "../base/log";
import {
  type CallMeta,
  readMessage,
  type ReplyMessage,
  type RequestMessage,
  type RpcMessage,
} from "./rpcMessages";

/** A way to the other side. Messages are values that a structured clone keeps; they arrive in order. */
export interface Channel {
  /** May throw when the value cannot be sent; the peer then answers or rejects the call. */
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when nothing will arrive any more: the process ended, the page is gone. */
  onClose(listener: () => void): void;
}

/** A method map: under each method's name its parameters and its result. */
export type MethodMap<M> = { [K in keyof M]: { params: unknown; result: unknown } };

/** What a served call gets: a signal to stop at, a way to report progress, and what the call says of itself. */
export interface ServedWork extends Required<WorkOptions> {
  readonly signal: CancelSignal;
  readonly meta: CallMeta;
}

/** The functions that serve a method map. */
export type Handlers<M extends MethodMap<M>> = {
  readonly [K in keyof M]: (
    params: M[K]["params"],
    work: ServedWork,
  ) => M[K]["result"] | Promise<M[K]["result"]>;
};

/** Per method, the check of parameters that come from a side that is not trusted; a throw refuses the call. */
export type ParamDecoders<M extends MethodMap<M>> = {
  readonly [K in keyof M]: (params: unknown) => M[K]["params"];
};

/** Who is on the other side; names the code of calls that its end cuts off: "engine-closed" and so on. */
export type RemoteName = "engine" | "page" | "host" | "rasp";

/** What can go wrong with a call itself. */
export type RpcCode = `${RemoteName}-closed` | "unknown-method" | "timeout" | "not-sent" | "bad-reply";

/** A call that never got an answer of its own. */
export class RpcError extends CodedError<RpcCode> {}

/** Options of one call. */
export interface CallOptions extends WorkOptions {
  /** After this many milliseconds the call is cancelled and rejects with "timeout". No limit by default. */
  readonly timeoutMs?: number | undefined;
  /** What the other side is told of the call beside its parameters. */
  readonly meta?: CallMeta | undefined;
  /** Called once the other side has really ended its work (or is gone); later than the rejection of a cancelled call. */
  readonly onSettled?: (() => void) | undefined;
}

/** Options of a peer. */
export interface PeerOptions<Local extends MethodMap<Local>> {
  readonly remote: RemoteName;
  readonly logger?: Logger;
  readonly decoders?: ParamDecoders<Local>;
}

interface Pending {
  /** Null once the caller has its answer (a cancelled call waits only for the other side to end). */
  finish: ((reply: { ok: unknown } | { error: CodedError }) => void) | null;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly onSettled: (() => void) | undefined;
}

const closedTexts: Record<RemoteName, [message: string, facts: ErrorFacts]> = {
  engine: [
    "The engine process ended before it answered.",
    { next: "Try again; the engine starts anew by itself." },
  ],
  page: ["The panel was closed before it answered.", {}],
  host: ["The extension ended before it answered.", {}],
  rasp: [
    "The program was ended before it answered.",
    { next: "Look for a loop that does not end, or run it on a shorter input." },
  ],
};

/**
 * One end of a boundary. `Local` is served here, `Remote` is called there; `Sends` and `Receives` are maps from
 * event names to their data. Every call ends: by its answer, by cancelling, or by the other side's end.
 */
export class RpcPeer<
  Local extends MethodMap<Local>,
  Remote extends MethodMap<Remote>,
  Sends = Record<never, never>,
  Receives = Record<never, never>,
> {
  private readonly pending = new Map<number, Pending>();
  private readonly serving = new Map<number, CancelSource>();
  private readonly listeners = new Map<PropertyKey, Set<(data: never) => void>>();
  private readonly logger: Logger;
  private nextId = 1;
  private ended = false;

  constructor(
    private readonly channel: Channel,
    private readonly handlers: Handlers<Local>,
    private readonly options: PeerOptions<Local>,
  ) {
    this.logger = options.logger ?? silentLogger;
    channel.onMessage((message) => this.receive(message));
    channel.onClose(() => this.close());
  }

  /** True once the other side is gone or `close` was called; every call then rejects. */
  get closed(): boolean {
    return this.ended;
  }

  /** Calls that the other side still works on, cancelled ones included. */
  get busy(): number {
    return this.pending.size;
  }

  /**
   * Runs a method on the other side.
   * @throws {CancelledError} "cancelled" at once when the signal is raised; the cancel crosses the wire
   * @throws {RpcError} "engine-closed" (or "page-", "host-", "rasp-"), "timeout", "not-sent", "unknown-method", "bad-reply"
   * @throws {CodedError} any code of the method itself
   */
  request<K extends keyof Remote & string>(
    method: K,
    params: Remote[K]["params"],
    options: CallOptions = {},
  ): Promise<Remote[K]["result"]> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(new CancelledError());
      if (this.ended) return reject(this.closedError());
      const id = this.nextId++;
      const stopWatching = this.watch(id, options);
      const finish: Pending["finish"] = (reply) => {
        stopWatching();
        if ("error" in reply) reject(reply.error);
        else resolve(reply.ok as Remote[K]["result"]);
      };
      this.pending.set(id, { finish, onProgress: options.onProgress, onSettled: options.onSettled });
      try {
        const meta = options.meta === undefined ? {} : { meta: options.meta };
        this.channel.send({ rpc: "request", id, method, params, ...meta } satisfies RpcMessage);
      } catch (cause) {
        const error = new RpcError("not-sent", `The call ${method} could not be sent.`, { cause });
        this.settle(id, { error });
      }
    });
  }

  /** Tells the other side that something happened; lost without a word when it is gone. */
  notify<K extends keyof Sends & string>(event: K, data: Sends[K]): void {
    this.post({ rpc: "event", event, data });
  }

  /** Listens to one event of the other side; the returned function stops listening. */
  onEvent<K extends keyof Receives & string>(event: K, listener: (data: Receives[K]) => void): () => void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known);
    known.add(listener);
    return () => void known.delete(listener);
  }

  /** Ends this side: waiting calls are rejected, work for the other side is cancelled. Happens by itself when the channel closes. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    for (const id of [...this.pending.keys()]) this.settle(id, { error: this.closedError() });
    for (const source of this.serving.values()) this.raise(source);
    this.serving.clear();
    this.listeners.clear();
  }

  /** Cancels the call `id` when its signal is raised or its time is over; the returned function ends the watch. */
  private watch(id: number, { signal, timeoutMs }: CallOptions): () => void {
    const giveUp = (error: CodedError): void => {
      const entry = this.pending.get(id);
      if (!entry?.finish) return;
      const { finish } = entry;
      entry.finish = null;
      finish({ error });
      this.post({ rpc: "cancel", id });
    };
    const onAbort = (): void => giveUp(new CancelledError());
    signal?.addEventListener("abort", onAbort);
    const late = (): void => giveUp(new RpcError("timeout", `No answer within ${String(timeoutMs)} ms.`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    return () => {
      signal?.removeEventListener("abort", onAbort);
      if (timer !== undefined) clearTimeout(timer);
    };
  }

  private settle(id: number, reply: { ok: unknown } | { error: CodedError }): void {
    const entry = this.pending.get(id);
    if (!entry) return;
    this.pending.delete(id);
    entry.finish?.(reply);
    entry.onSettled?.();
  }

  private receive(value: unknown): void {
    if (this.ended) return;
    const message = readMessage(value);
    if (!message) return this.logger.warn("A message that is not of this protocol was ignored.");
    switch (message.rpc) {
      case "request":
        return void this.serve(message);
      case "cancel":
        return this.raise(this.serving.get(message.id));
      case "progress":
        return this.report(message.id, message.progress);
      case "reply":
        return this.receiveReply(message);
      case "event":
        return this.emit(message.event, message.data);
    }
  }

  private receiveReply(message: ReplyMessage): void {
    if (!this.pending.has(message.id))
      return this.logger.warn(`An answer to no call was ignored (id ${message.id}).`);
    const reply = "error" in message ? { error: fromErrorData(message.error) } : { ok: message.ok };
    this.settle(message.id, reply);
  }

  private raise(source: CancelSource | undefined): void {
    try {
      source?.cancel();
    } catch (error) {
      this.logger.error(`Cancelling failed: ${toErrorData(error).message}`);
    }
  }

  private report(id: number, progress: Progress): void {
    const entry = this.pending.get(id);
    if (entry?.finish) entry.onProgress?.(progress);
  }

  private emit(event: string, data: unknown): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      try {
        listener(data as never);
      } catch (error) {
        this.logger.error(`A listener of ${event} failed: ${toErrorData(error).message}`);
      }
    }
  }

  private async serve({ id, method, params, meta = {} }: RequestMessage): Promise<void> {
    if (this.serving.has(id)) return this.logger.warn(`A second request with the id ${id} was ignored.`);
    const source = new CancelSource();
    this.serving.set(id, source);
    const onProgress = (progress: Progress): void => {
      if (this.serving.get(id) === source) this.post({ rpc: "progress", id, progress });
    };
    try {
      const ok = await this.handle(method, params, { signal: source.signal, onProgress, meta });
      this.answer(id, { ok: ok ?? null });
    } catch (error) {
      this.answer(id, { error: toErrorData(error) });
    }
  }

  private async handle(method: string, params: unknown, work: ServedWork): Promise<unknown> {
    // Own properties only: a page must not reach "constructor" and its like.
    if (!Object.hasOwn(this.handlers, method))
      throw new RpcError("unknown-method", `There is no method ${method}.`);
    const key = method as keyof Local;
    const decode = this.options.decoders?.[key];
    return this.handlers[key](decode ? decode(params) : (params as Local[typeof key]["params"]), work);
  }

  /** Sends the answer; one that cannot be sent (not cloneable) becomes an error, so that the caller does not wait for ever. */
  private answer(id: number, reply: { ok: unknown } | { error: ErrorData }): void {
    this.serving.delete(id);
    if (this.ended) return;
    try {
      this.channel.send({ rpc: "reply", id, ...reply });
    } catch (cause) {
      this.logger.error(`An answer could not be sent: ${toErrorData(cause).message}`);
      const error = { code: "not-sent", message: "The answer could not be sent." };
      this.post({ rpc: "reply", id, error });
    }
  }

  private post(message: RpcMessage): void {
    if (this.ended) return;
    try {
      this.channel.send(message);
    } catch (error) {
      this.logger.warn(`A message could not be sent: ${toErrorData(error).message}`);
    }
  }

  private closedError(): RpcError {
    const [message, facts] = closedTexts[this.options.remote];
    return new RpcError(`${this.options.remote}-closed`, message, facts);
  }
}
