/** What a command of the command line is. */
import type { WorkOptions } from "../base/cancel";
import type { EngineSettings } from "../engine/environment";
import type { JsonStream } from "./jsonStream";
import type { OptionName, ParsedArguments } from "./options";

/** What a command gets. */
export interface CommandCall {
  readonly args: ParsedArguments;
  readonly out: JsonStream;
  readonly work: ModelWork;
}

/** Work with a model: how it is opened, beside what stops it. */
export interface ModelWork extends WorkOptions, EngineSettings {}

/** One command: how it is called, and what it does. Its answer is one JSON value on `out`. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Names of its positional arguments, all of them needed. */
  readonly positionals: readonly string[];
  /** What further ones are, where there may be any number. */
  readonly more?: string;
  readonly options: readonly OptionName[];
  run(call: CommandCall): Promise<void>;
}
