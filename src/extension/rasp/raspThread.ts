/** The thread that reads and runs RASP programs: started when it is needed, ended when it hangs, started again. */
import { Worker } from "node:worker_threads";
import type { Logger } from "../../base/log";
import type { RaspApi } from "../../protocol/raspApi";
import { RpcPeer, type CallOptions, type Channel } from "../../protocol/rpc";

/** A call without an answer for so long ends the thread; programs meet their own limits well before. */
const PATIENCE_MS = 20_000;

/** Calls the thread; no work of a program runs in the extension host. */
export class RaspThread {
  private running:
    { readonly peer: RpcPeer<Record<never, never>, RaspApi>; readonly worker: Worker } | undefined;

  /** @param script  path of dist/rasp.js */
  constructor(
    private readonly script: string,
    private readonly logger: Logger,
  ) {}

  /**
   * One call.
   * @throws {RpcError} "rasp-closed" where the thread ended by itself, or hung and was ended
   */
  async call<K extends keyof RaspApi & string>(
    method: K,
    params: RaspApi[K]["params"],
    options: CallOptions = {},
  ): Promise<RaspApi[K]["result"]> {
    const { peer, worker } = (this.running ??= this.start());
    const watch = setTimeout(() => {
      this.logger.warn(`rasp: ${method} had no answer and was ended`);
      void worker.terminate();
    }, PATIENCE_MS);
    try {
      return await peer.request(method, params, options);
    } finally {
      clearTimeout(watch);
    }
  }

  dispose(): void {
    void this.running?.worker.terminate();
    this.running = undefined;
  }

  private start(): NonNullable<RaspThread["running"]> {
    const worker = new Worker(this.script, {
      // A program can fill this heap, not the extension host's.
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    const peer = new RpcPeer<Record<never, never>, RaspApi>(
      this.channelOf(worker),
      {},
      {
        remote: "rasp",
        logger: this.logger,
      },
    );
    const started = { peer, worker };
    worker.on("error", (error) => this.logger.error(`rasp: ${error.message}`));
    worker.once("exit", () => {
      if (this.running === started) this.running = undefined;
    });
    worker.unref();
    return started;
  }

  private channelOf(worker: Worker): Channel {
    return {
      send: (message) => worker.postMessage(message),
      onMessage: (listener) => void worker.on("message", listener),
      onClose: (listener) => void worker.once("exit", listener),
    };
  }
}
