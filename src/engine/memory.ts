/** Whether a model fits into memory, said before anything is tried. */
import { totalmem } from "node:os";
import { inWords } from "../base/bytes";
import type { ModelSizes } from "../protocol/model";
import { EngineError } from "./engineError";

/** Share of the machine's memory that a model may take where no budget is set. */
const automaticShare = 0.8;
/** Positions whose keys and values are counted: longer texts take more, and are cut into windows by what shows them. */
const countedPositions = 2048;
/** Graphs, the runtime itself, and decoding a few rows. */
const fixedBytes = 128 * 1024 * 1024;

/** What there is: bytes of the machine, and of the container that holds the process (0 where there is no limit). */
export interface MachineMemory {
  readonly total: number;
  readonly constrained: number;
}

function thisMachine(): MachineMemory {
  // Absent in older versions of Node, although its types say otherwise.
  const constrained = (process as { constrainedMemory?: () => number }).constrainedMemory?.() ?? 0;
  return { total: totalmem(), constrained };
}

/** The budget in bytes: the one that is set, or a share of what the machine (or its container) has. */
export function memoryBudget(set: number | undefined, machine: MachineMemory = thisMachine()): number {
  if (set !== undefined && set > 0) return set;
  const isLimited = machine.constrained > 0 && machine.constrained < machine.total;
  return automaticShare * (isLimited ? machine.constrained : machine.total);
}

/** Bytes beside the weights: keys and values of a text, a chunk's activations, and what is always there. */
export function workingBytes(sizes: ModelSizes): number {
  const { nLayers, nKvHeads, nHeads, dHead, dModel, dMlp } = sizes;
  const positions = Math.min(sizes.nCtx, countedPositions);
  const chunk = Math.min(positions, 256);
  const cache = 2 * nLayers * positions * nKvHeads * dHead;
  const activations = chunk * (4 * dModel + 3 * dMlp + 3 * nHeads * positions);
  return fixedBytes + 4 * (cache + activations);
}

/** What needs memory, as the beginning of a sentence, and what to do when there is too little. */
export interface MemoryUse {
  readonly said: string;
  readonly next: string;
}

/** Weights as float32, or these and what running takes. */
export function modelUse(what: string): MemoryUse {
  return {
    said: `To open this model (${what})`,
    next: "Choose a smaller model, or raise the setting introspect.memoryBudget (on the command line --memory-budget).",
  };
}

/**
 * Returns at once when the bytes fit.
 * @throws {EngineError} "too-large", with both numbers
 */
export function requireMemory(needed: number, budget: number, { said, next }: MemoryUse): void {
  if (needed <= budget) return;
  const message = `${said}, ${inWords(needed)} of memory are needed, but ${inWords(budget)} are the most.`;
  throw new EngineError("too-large", message, { next, details: { needed, budget } });
}
