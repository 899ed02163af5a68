/** One call of the command line: finds the command, runs it, says what went wrong. */
import type { Writable } from "node:stream";
import type { CancelSignal } from "../base/cancel";
import { CancelledError, toErrorData } from "../base/errors";
import { nearest } from "../base/nearest";
import { CliError, usageError } from "./cliError";
import type { Command } from "./command";
import { attentionCommand } from "./commands/attention";
import { blockEdgeCommand } from "./commands/blockEdge";
import { generateCommand } from "./commands/generate";
import { devicesCommand } from "./commands/devices";
import { heatmapCommand } from "./commands/heatmap";
import { downloadCommand } from "./commands/download";
import { headsCommand } from "./commands/heads";
import { lensCommand } from "./commands/lens";
import { lensFitCommand } from "./commands/lensFit";
import { modelCommand } from "./commands/model";
import { modelsCommand } from "./commands/models";
import { neuronCommand } from "./commands/neuron";
import { neuronsCommand } from "./commands/neurons";
import { patchCommand } from "./commands/patch";
import { raspCommand } from "./commands/rasp";
import { runCommand } from "./commands/run";
import { scoreCommand } from "./commands/score";
import { steerCommand } from "./commands/steer";
import { sweepCommand } from "./commands/sweep";
import { taskVectorCommand } from "./commands/taskVector";
import { tokensCommand } from "./commands/tokens";
import { verifyCommand } from "./commands/verify";
import { whyAttentionCommand } from "./commands/whyAttention";
import { helpOf, optionsOf, overview } from "./help";
import { JsonStream } from "./jsonStream";
import { settingsOf } from "./modelOptions";
import { parseArguments } from "./options";
import { ProgressLine, type ProgressTarget } from "./progressLine";

/** The commands, in the order the help lists them. */
export const commands: readonly Command[] = [
  modelCommand,
  tokensCommand,
  runCommand,
  lensCommand,
  lensFitCommand,
  neuronsCommand,
  neuronCommand,
  generateCommand,
  scoreCommand,
  heatmapCommand,
  steerCommand,
  sweepCommand,
  taskVectorCommand,
  headsCommand,
  attentionCommand,
  whyAttentionCommand,
  blockEdgeCommand,
  patchCommand,
  raspCommand,
  verifyCommand,
  devicesCommand,
  modelsCommand,
  downloadCommand,
];

/** Where a call writes, and what stops it. */
export interface ProgramIo {
  readonly stdout: Writable;
  readonly stderr: ProgressTarget;
  readonly signal: CancelSignal;
}

/** Runs one call; gives the exit status: 0, 1 for an error, 2 for wrong usage, 130 when it was stopped. */
export async function runProgram(argv: readonly string[], io: ProgramIo): Promise<number> {
  const out = new JsonStream(io.stdout);
  const progress = new ProgressLine(io.stderr);
  try {
    await call(argv, io, { out, progress });
    progress.clear();
    await out.flush();
    return 0;
  } catch (thrown) {
    progress.clear();
    writeError(io.stderr, thrown);
    if (thrown instanceof CancelledError) return 130;
    return thrown instanceof CliError && thrown.code === "usage" ? 2 : 1;
  }
}

/** Writes an error as one line of JSON. */
export function writeError(stderr: { write(text: string): unknown }, thrown: unknown): void {
  const { code, message, next } = toErrorData(thrown);
  stderr.write(`${JSON.stringify({ code, message, ...(next === undefined ? {} : { next }) })}\n`);
}

async function call(
  argv: readonly string[],
  io: ProgramIo,
  { out, progress }: { out: JsonStream; progress: ProgressLine },
): Promise<void> {
  const [name, ...rest] = argv;
  if (name === undefined) throw usageError("There is no command.", `Commands: ${names.join(", ")}.`);
  if (name === "--help" || name === "-h" || name === "help") return out.text(overview(commands));
  const command = commands.find((one) => one.name === name);
  if (!command) throw unknownCommand(name);
  const args = parseArguments(rest, optionsOf(command));
  if (args.help) return out.text(helpOf(command));
  const { positionals } = command;
  if (args.positionals.length !== positionals.length) {
    const wanted = positionals.join(" and ") || "options alone";
    const said = `introspect ${name} takes ${wanted}, not ${args.positionals.length} arguments.`;
    throw usageError(said, `Run \`introspect ${name} --help\`.`);
  }
  const shown = args.progress || io.stderr.isTTY === true;
  const onProgress = shown ? progress.show.bind(progress) : undefined;
  await command.run({ args, out, work: { signal: io.signal, onProgress, ...settingsOf(args) } });
  await out.text("\n");
}

const names = commands.map((command) => command.name);

function unknownCommand(name: string): CliError {
  const near = nearest(name, names);
  const next = near ? `Did you mean ${near}?` : `Commands: ${names.join(", ")}.`;
  return usageError(`There is no command ${JSON.stringify(name.slice(0, 40))}.`, next);
}
