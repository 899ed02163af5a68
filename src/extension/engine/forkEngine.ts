/** Starts the engine as a child process of the extension host. */
import { fork, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Logger } from "../../base/log";
import type { EngineProcess } from "./engineProcess";

/**
 * Forks the engine's bundle. Only a process can be stopped in the middle of a native call without harm to others:
 * ending a worker thread there aborts the whole extension host.
 *
 * @param script  path of dist/engine.js
 * @param logger  gets what the engine prints, line by line
 * @param added  variables of its environment beside this process's own
 */
export function forkEngine(
  script: string,
  logger: Logger,
  added: Readonly<Record<string, string>> = {},
): EngineProcess {
  const child = fork(script, [], {
    // Structured clone keeps typed arrays, and is fifty times faster than JSON on them.
    serialization: "advanced",
    // Flags of the extension host (a debugger's port, for example) are not for the engine.
    execArgv: [],
    silent: true,
    // Without this, Electron's binary would start a second editor instead of Node.
    env: { ...process.env, ...added, ...(process.versions["electron"] ? { ELECTRON_RUN_AS_NODE: "1" } : {}) },
  });
  logLines(child, logger);
  return new ForkedEngine(child, logger);
}

function logLines(child: ChildProcess, logger: Logger): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on("line", (line) => logger.info(`engine: ${line}`));
  }
}

class ForkedEngine implements EngineProcess {
  ending: string | undefined;
  private readonly closeListeners: (() => void)[] = [];

  constructor(
    private readonly child: ChildProcess,
    private readonly logger: Logger,
  ) {
    child.once("exit", (code, signal) => this.end(signal ? `signal ${signal}` : `exit code ${String(code)}`));
    child.once("error", (error) => this.end(error.message));
    // The process lives but cannot be reached: of no use any more.
    child.once("disconnect", () => child.kill("SIGKILL"));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(message: unknown): void {
    this.child.send(message as object, (error) => {
      if (error && this.ending === undefined) this.logger.warn(`engine: not reached: ${error.message}`);
    });
  }

  onMessage(listener: (message: unknown) => void): void {
    this.child.on("message", listener);
  }

  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  private end(how: string): void {
    if (this.ending !== undefined) return;
    this.ending = how;
    for (const listener of this.closeListeners) listener();
  }
}
