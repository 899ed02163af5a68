/** Entry of the command line. */
import { runProgram, writeError } from "./program";
import { rerunWithArguments, sentArguments } from "./longArguments";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

async function main(): Promise<number> {
  const args = await sentArguments(process.argv.slice(2));
  const rerun = await rerunWithArguments(args, stop.signal);
  if (rerun !== null) return rerun;
  return runProgram(args, { stdout: process.stdout, stderr: process.stderr, signal: stop.signal });
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    writeError(process.stderr, error);
    process.exit(1);
  },
);
