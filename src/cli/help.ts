/** What `--help` prints. */
import type { Command } from "./command";
import { modelOptions } from "./modelOptions";
import { type OptionName, optionTexts } from "./options";

/** Help over all commands. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map((command) => `  ${callOf(command).padEnd(34)} ${command.summary}`);
  return [
    "introspect: what a local language model does inside, as JSON on standard output.",
    "",
    "  introspect COMMAND … [--help]",
    "",
    ...lines,
    "",
    "DIR is a folder with config.json, model.safetensors and tokenizer.json, as Hugging Face has them.",
    "Log-probabilities, entropies and divergences are in nats (heatmap --measure bits: in bits).",
    "Text comes from --text S, --file F (UTF-8; - is standard input) or --ids 1,2,3.",
    "Errors are one JSON line on standard error: {code, message, next}. Exit status 1, or 2 for wrong usage.",
    "",
  ].join("\n");
}

/** Help of one command. */
export function helpOf(command: Command): string {
  const options = optionsOf(command).map((name) => `  ${optionTexts[name]}`);
  const common = ["  --progress          progress on standard error even without a terminal"];
  return [
    `introspect ${callOf(command)} [options]`,
    "",
    `  ${command.summary}`,
    "",
    ...options,
    ...common,
    "",
  ].join("\n");
}

/** A command's own options, and those that every command with a model has. */
export function optionsOf({ options, positionals }: Command): readonly OptionName[] {
  return positionals.includes("DIR") ? [...options, ...modelOptions] : options;
}

function callOf({ name, positionals, more }: Command): string {
  return [name, ...positionals, ...(more === undefined ? [] : [more])].join(" ");
}
