/** What the supervisor needs of a process, so that tests can give it another one. */
import type { Channel } from "../../protocol/rpc";

/** A running engine process. Its channel closes when the process has ended, however that came. */
export interface EngineProcess extends Channel {
  /** Undefined when the process could not be started. */
  readonly pid: number | undefined;
  /** How it ended, in words for the log; undefined while it runs. */
  readonly ending: string | undefined;
  /** Ends the process at once, even in the middle of a native call. */
  kill(): void;
}

/** Starts an engine process. */
export type LaunchEngine = () => EngineProcess;
