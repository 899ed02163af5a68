/** Keeps one engine process: started on first use, stopped when idle, ended when it does not stop, started anew after a crash. */
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import { throwIfCancelled } from "../../base/cancel";
import { silentLogger, type Logger } from "../../base/log";
import type { EngineApi } from "../../protocol/engineApi";
import { RpcPeer, type CallOptions } from "../../protocol/rpc";
import type { EngineProcess, LaunchEngine } from "./engineProcess";
import { RestartPolicy } from "./restartPolicy";

/** Why the engine cannot be called at all. */
export type SupervisorCode = "engine-start" | "engine-crash-loop" | "engine-disposed";

/** The engine is not to be had. */
export class SupervisorError extends CodedError<SupervisorCode> {}

/** Options of one call of the engine. */
export interface EngineCallOptions extends Omit<CallOptions, "onSettled"> {
  /**
   * Whether the process is ended when it does not stop in time after a cancel; true by default. False for calls that
   * are cancelled because newer ones replace them: ending the process would cost more than waiting. Asked at the cancel.
   */
  readonly endIfStuck?: (() => boolean) | undefined;
}

/** What the supervisor is made of. */
export interface SupervisorOptions {
  readonly launch: LaunchEngine;
  /** Version of the build; the engine must answer with the same. */
  readonly build: string;
  readonly logger?: Logger;
  readonly policy?: RestartPolicy;
  /** Milliseconds without a call after which the process ends; 0 keeps it. Asked each time. */
  readonly idleMs?: () => number;
  /** Milliseconds that a cancelled call may take to stop, 900 by default: with the process's end it stays below a second. */
  readonly stuckMs?: number;
}

/** A crash as it is told to a person: how it ended, how many calls it cut off, whether it will be started again. */
export interface EngineCrash {
  readonly ending: string;
  readonly cutOff: number;
  readonly mayStart: boolean;
}

interface Running {
  readonly process: EngineProcess;
  readonly peer: RpcPeer<Record<never, never>, EngineApi>;
  /** Set when we end the process ourselves: no crash, and calls it cuts off are made again. */
  endedOnPurpose: boolean;
}

/** The one way by which the extension reaches the engine. Calls carry all they need, so that a new process can answer them. */
export class EngineSupervisor {
  private running: Running | undefined;
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;
  private readonly logger: Logger;
  private readonly policy: RestartPolicy;
  private readonly counted = new Map<string, number>();
  private readonly crashListeners = new Set<(crash: EngineCrash) => void>();

  constructor(private readonly options: SupervisorOptions) {
    this.logger = options.logger ?? silentLogger;
    this.policy = options.policy ?? new RestartPolicy();
  }

  /** Process id of the engine; undefined while none runs. */
  get pid(): number | undefined {
    return this.running?.process.pid;
  }

  /** How many calls were made, by method. */
  get calls(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counted);
  }

  /** Listens to crashes; the returned function stops listening. */
  onDidCrash(listener: (crash: EngineCrash) => void): () => void {
    this.crashListeners.add(listener);
    return () => void this.crashListeners.delete(listener);
  }

  /**
   * Calls the engine, starting it when needed.
   * @throws {CancelledError} "cancelled" at once when the signal is raised
   * @throws {RpcError} "engine-closed" when the process ended by itself before it answered
   * @throws {SupervisorError} "engine-start", "engine-crash-loop", "engine-disposed"
   * @throws {CodedError} any code of the engine's own
   */
  async call<K extends keyof EngineApi & string>(
    method: K,
    params: EngineApi[K]["params"],
    options: EngineCallOptions = {},
  ): Promise<EngineApi[K]["result"]> {
    this.counted.set(method, (this.counted.get(method) ?? 0) + 1);
    for (;;) {
      throwIfCancelled(options.signal);
      const running = this.ensureRunning();
      try {
        return await this.callOnce(running, method, params, options);
      } catch (error) {
        const lost = error instanceof CodedError && error.code === "engine-closed";
        if (!lost || !running.endedOnPurpose) throw error;
        this.logger.info(`${method} is asked again, since its engine was ended.`);
      }
    }
  }

  /** Ends the process, forgets earlier crashes, and starts a new one with the next call; waiting calls are made again. */
  restart(): void {
    this.policy.reset();
    this.end("restart asked for");
  }

  /** Forgets earlier crashes, because a person asks again. */
  forgive(): void {
    this.policy.reset();
  }

  /** Ends the process for good; every call rejects. */
  dispose(): void {
    this.disposed = true;
    this.end("the extension ends");
    this.crashListeners.clear();
  }

  private async callOnce<K extends keyof EngineApi & string>(
    running: Running,
    method: K,
    params: EngineApi[K]["params"],
    options: EngineCallOptions,
  ): Promise<EngineApi[K]["result"]> {
    const { endIfStuck = () => true, ...callOptions } = options;
    let settled = false;
    const onSettled = (): void => {
      settled = true;
      this.watchIdle(running);
    };
    clearTimeout(this.idleTimer);
    try {
      return await running.peer.request(method, params, { ...callOptions, onSettled });
    } catch (error) {
      if (error instanceof CancelledError && !settled && endIfStuck()) {
        setTimeout(() => {
          if (!settled && this.running === running) this.end(`${method} did not stop after a cancel`);
        }, this.options.stuckMs ?? 900);
      }
      throw error;
    }
  }

  private ensureRunning(): Running {
    if (this.disposed) throw new SupervisorError("engine-disposed", "The extension is shutting down.");
    if (this.running) return this.running;
    if (!this.policy.mayStart) {
      throw new SupervisorError("engine-crash-loop", "The engine stopped several times within two minutes.", {
        next: "Look into its log, then choose Restart Engine, or choose another model.",
      });
    }
    const process = this.launch();
    // Before the peer listens: its waiting calls are counted before they are rejected.
    process.onClose(() => this.ended(running));
    const peer = new RpcPeer<Record<never, never>, EngineApi>(
      process,
      {},
      { remote: "engine", logger: this.logger },
    );
    const running: Running = { process, peer, endedOnPurpose: false };
    this.running = running;
    void this.greet(running);
    return running;
  }

  private launch(): EngineProcess {
    try {
      return this.options.launch();
    } catch (cause) {
      const why = toErrorData(cause).message;
      throw new SupervisorError("engine-start", `The engine process could not be started: ${why}`, {
        cause,
        next: "Look into its log, then choose Restart Engine.",
      });
    }
  }

  /** Asks who is there. Other calls need not wait for the answer: messages keep their order. */
  private async greet(running: Running): Promise<void> {
    const { build } = this.options;
    try {
      const hello = await running.peer.request("engine/hello", { build });
      this.logger.info(`Engine started: process ${hello.pid}, onnxruntime ${hello.onnxruntime}.`);
      if (hello.build !== build)
        this.logger.warn(`The engine is of build ${hello.build}, the extension of ${build}.`);
    } catch (error) {
      this.logger.warn(`The engine did not greet: ${toErrorData(error).message}`);
    }
  }

  /** Ends the running process on purpose; a new one may start at once. */
  private end(why: string): void {
    clearTimeout(this.idleTimer);
    const running = this.running;
    if (!running) return;
    this.logger.info(`The engine process is ended: ${why}.`);
    running.endedOnPurpose = true;
    this.running = undefined;
    running.process.kill();
    running.peer.close();
  }

  private ended(running: Running): void {
    if (running.endedOnPurpose || this.running !== running) return;
    this.running = undefined;
    clearTimeout(this.idleTimer);
    const ending = running.process.ending ?? "unknown";
    this.policy.crashed();
    const crash = { ending, cutOff: running.peer.busy, mayStart: this.policy.mayStart };
    this.logger.error(`The engine process ended by itself (${ending}).`);
    running.peer.close();
    for (const listener of this.crashListeners) listener(crash);
  }

  private watchIdle(running: Running): void {
    clearTimeout(this.idleTimer);
    const idleMs = this.options.idleMs?.() ?? 0;
    if (idleMs <= 0 || running.peer.busy > 0 || this.running !== running) return;
    this.idleTimer = setTimeout(() => {
      if (this.running === running && running.peer.busy === 0) this.end("no request for a while");
    }, idleMs);
  }
}
