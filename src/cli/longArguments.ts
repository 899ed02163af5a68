/**
 * Long arguments: onnxruntime's native library matches the command line of its own process with an expression that
 * overflows the stack when an argument is very long, and takes the process with it. Such a command is run again in a
 * child whose command line is short, with the arguments sent to it as a message.
 */
import { fork } from "node:child_process";
import { constants } from "node:os";
import { CliError } from "./cliError";
import { writeError } from "./program";

/** Units of all arguments together from which on they are sent; the crash was seen at 29,000. */
const longest = 8000;
const marker = "--arguments-are-sent";

/** The arguments: those of the command line, or those the parent sends. */
export async function sentArguments(args: readonly string[]): Promise<readonly string[]> {
  if (args.length !== 1 || args[0] !== marker || process.send === undefined) return args;
  return new Promise((resolve) => {
    process.once("message", (message) => {
      process.disconnect();
      resolve(message as readonly string[]);
    });
  });
}

/** Runs the command in a child where the command line is too long; gives its exit status, or null where it is not. */
export async function rerunWithArguments(
  args: readonly string[],
  signal: AbortSignal,
): Promise<number | null> {
  const isLong = process.argv.slice(2).reduce((sum, one) => sum + one.length, 0) > longest;
  if (!isLong) return null;
  const child = fork(process.argv[1], [marker], { stdio: "inherit", serialization: "advanced" });
  signal.addEventListener("abort", () => child.kill("SIGTERM"));
  child.send([...args]);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, by) => resolve(status ?? endedBy(by ?? "SIGKILL")));
  });
}

const nextSteps: Partial<Record<NodeJS.Signals, string>> = {
  SIGBUS: "A file of the model became shorter while it was read: see that it is whole, then try again.",
  SIGKILL: "The system may have run out of memory: try a smaller model or text.",
};

/** Says on standard error that a signal ended the child; gives the exit status as shells count it. */
export function endedBy(
  signal: NodeJS.Signals,
  stderr: { write(text: string): unknown } = process.stderr,
): number {
  const next = nextSteps[signal];
  const facts = next === undefined ? {} : { next };
  writeError(stderr, new CliError("process-ended", `The process was ended by ${signal}.`, facts));
  return 128 + constants.signals[signal];
}
