/** The picture of one value of a program. */
import type { RaspProgram } from "../../protocol/raspApi";
import type { RaspPicture } from "../../protocol/raspPicture";
import type { NodeNames } from "../ir/describe";
import type { RaspNode } from "../ir/nodes";
import { schedule } from "../ir/schedule";
import type { Binding, DialectName, Execution, ProgramInput } from "../program";
import { arraysOf } from "../raspL/input";
import { evaluatorFor } from "../runCase";
import { RaspError } from "../source/raspError";
import { cellText } from "../values/show";
import { runOnExample, type ProgramRun, type ReadBeside } from "./analyse";
import { inputText } from "./example";
import { written } from "./generate";
import { pictureOf } from "./picture";

/** Positions that are drawn at most. */
const DRAWN = 64;

/** What is drawn: the last value that can be at or before a place, or of all; after so many tokens were written. */
export type Drawing = RaspProgram & { readonly at: number | null; readonly written?: number };

/** Draws a program; never throws. */
export function draw(program: Drawing, read: ReadBeside): RaspPicture {
  const nothing = {
    dialect: program.dialect,
    input: program.example ?? "",
    tokens: [],
    first: 0,
    positions: 0,
    leftOut: 0,
  };
  const empty = { ...nothing, layers: 0, counts: [], steps: [], result: 0 };
  try {
    const run = continuedRun(program, runOnExample(program, read));
    const { execution } = run;
    // Of a text that grows, the newest positions are looked at.
    const first = program.written ? Math.max(0, run.tokens.length - DRAWN) : 0;
    const tokens = run.tokens.slice(first, first + DRAWN).map(cellText);
    const about = { input: inputText(run.input), tokens, first };
    const node = nodeAt(execution.bindings, program.at);
    if (node === null) {
      throw (
        execution.errors[0] ??
        new RaspError(
          "type",
          "There is no s-op or selector to draw here.",
          null,
          "Write an expression such as indices + 1.",
        )
      );
    }
    return { ...empty, ...about, ...pictureParts(node, run, program.dialect, first), error: null };
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    return { ...empty, error: { message: error.message, next: error.next ?? null, range: error.range } };
  }
}

/** The run on what was written so far: its evaluator sees the prompt with the new tokens behind it. */
function continuedRun(program: Drawing, run: ProgramRun): ProgramRun & { readonly input: ProgramInput } {
  const { input } = run.execution;
  const most = program.written ?? 0;
  if (most === 0) return { ...run, input };
  const { prompt, generated } = written(program, most, run);
  const tokens = [...prompt, ...generated];
  const longer: ProgramInput = { kind: "arrays", arrays: new Map([...arraysOf(input), ["x", tokens]]) };
  const { budget } = run;
  const evaluator = evaluatorFor({ dialect: program.dialect, input: longer, budget });
  return { ...run, input: longer, evaluator, tokens };
}

function pictureParts(
  node: RaspNode,
  run: ProgramRun,
  dialect: DialectName,
  first: number,
): Pick<RaspPicture, "steps" | "result" | "layers" | "counts" | "positions" | "leftOut"> {
  const length = run.tokens.length;
  const { steps, result, layers } = pictureOf(node, namesOf(run.execution), run.evaluator, {
    first,
    most: DRAWN,
  });
  const peers =
    dialect === "rasp"
      ? {
          by: "one selector written once shared" as const,
          headsPerLayer: schedule([node], "identity").headsPerLayer,
        }
      : { by: "every aggregate a head" as const, headsPerLayer: schedule([node], "never").headsPerLayer };
  return {
    steps,
    result,
    layers,
    counts: [{ by: "equal selectors shared", headsPerLayer: schedule([node], "equal").headsPerLayer }, peers],
    positions: Math.min(length, DRAWN),
    leftOut: Math.max(0, length - DRAWN),
  };
}

/** The node of the last drawable binding that begins at or before a place. */
export function nodeAt(bindings: readonly Binding[], at: number | null): RaspNode | null {
  let found: RaspNode | null = null;
  for (const { range, value } of bindings) {
    if (at !== null && range.start > at && found !== null) break;
    if (value.kind === "sop" || value.kind === "selector") found = value.node;
  }
  return found;
}

/** Names by node; the first name that a node was given counts. */
function namesOf({ bindings, labels }: Execution): NodeNames {
  const names = new Map<number, string>(labels);
  for (const { name, value } of bindings) {
    if (name === null || (value.kind !== "sop" && value.kind !== "selector")) continue;
    if (!names.has(value.node.id)) names.set(value.node.id, name);
  }
  return names;
}
