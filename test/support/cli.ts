/** Calls the command line in this process and takes its answer apart. */
import { PassThrough } from "node:stream";
import { tmpdir } from "node:os";
import path from "node:path";
import { runProgram } from "../../src/cli/program";

// What the command line converts and remembers goes beside other temporary files, not into the user's own cache.
process.env["XDG_CACHE_HOME"] = path.join(tmpdir(), "introspect-test-cache");
process.env["LOCALAPPDATA"] = process.env["XDG_CACHE_HOME"];

/** What one call wrote. */
export interface CliAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line with some arguments. */
export async function cli(...argv: string[]): Promise<CliAnswer> {
  return cliWith(new AbortController().signal, argv);
}

/** The same, with something that can stop it. */
export async function cliWith(signal: AbortSignal, argv: readonly string[]): Promise<CliAnswer> {
  const stdout = new PassThrough();
  const parts: Buffer[] = [];
  stdout.on("data", (part: Buffer) => parts.push(part));
  let stderr = "";
  const errors = { write: (text: string) => (stderr += text) };
  const status = await runProgram(argv, { stdout, stderr: errors, signal });
  return { status, stdout: Buffer.concat(parts).toString("utf8"), stderr };
}

/** The JSON answer of a call that must succeed. */
export async function cliJson<Answer>(...argv: string[]): Promise<Answer> {
  const { status, stdout, stderr } = await cli(...argv);
  if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
  return JSON.parse(stdout) as Answer;
}

/** Status and error of a call that must fail: one JSON line on standard error. */
export async function cliError(
  ...argv: string[]
): Promise<{ status: number; code: string; message: string; next: string }> {
  const { status, stdout, stderr } = await cli(...argv);
  if (status === 0) throw new Error(`succeeded: ${stdout.slice(0, 200)}`);
  if (!/^[^\n]+\n$/.test(stderr)) throw new Error(`not one line: ${stderr}`);
  return { status, ...(JSON.parse(stderr) as { code: string; message: string; next: string }) };
}
