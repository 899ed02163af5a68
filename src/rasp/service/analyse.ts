/** All that the editor shows of a program: remarks, names, and what each statement is on the running example. */
import type { RaspAnalysis, RaspBinding, RaspProgram, RaspRemark } from "../../protocol/raspApi";
import { dialects } from "../dialects";
import { Budget, type Limits } from "../ir/budget";
import type { Evaluator } from "../ir/evaluate";
import { schedule, type Schedule } from "../ir/schedule";
import type { Binding, Dialect, Execution } from "../program";
import { evaluatorFor, nodesOf } from "../runCase";
import { lintRaspL } from "../raspL/lint";
import type { Diagnostic } from "../source/diagnostic";
import { refuseLong } from "../source/length";
import { RaspError } from "../source/raspError";
import type { Sequence } from "../values/sequence";
import { inputFromText, inputText } from "./example";
import { ownExample } from "./ownExample";
import { longText, shortText, type SequenceStyle } from "./valueText";

/** Reads a file that a program loads: the program's folder, and the path it names. */
export type ReadBeside = (folder: string | null, path: string) => string | null;

/** While one types: less than a second's work. */
const liveLimits: Limits = { steps: 300_000, cells: 1 << 25, work: 40_000_000, depth: 200 };

/** One run of a program, with all that is needed to speak of its values. */
export interface ProgramRun {
  readonly dialect: Dialect;
  readonly execution: Execution;
  readonly evaluator: Evaluator;
  readonly style: SequenceStyle;
  /** Labels of positions. */
  readonly tokens: Sequence;
  readonly budget: Budget;
}

/**
 * Runs a program on its running example.
 * @throws {RaspError} "type" for an example that is no input; "limit" for a text that is too long to be a program
 */
export function runOnExample(program: RaspProgram, read: ReadBeside, limits?: Limits): ProgramRun {
  refuseLong(program.text);
  const dialect = dialects[program.dialect];
  const input = inputFromText(program.dialect, program.example);
  const budget = new Budget(limits);
  const load = (path: string): string | null => read(program.folder, path);
  const execution = dialect.execute(program.text, { input, budget, load });
  const evaluator =
    execution.evaluator ?? evaluatorFor({ dialect: program.dialect, input: execution.input, budget });
  const { input: used } = execution;
  return {
    dialect,
    execution,
    evaluator,
    budget,
    style: program.dialect === "rasp" ? "typed" : "plain",
    tokens: used.kind === "tokens" ? used.tokens : ([...used.arrays.values()][0] ?? []),
  };
}

/** Remarks, names and values of a program; never throws. */
export function analyse(program: RaspProgram, read: ReadBeside): RaspAnalysis {
  const nothing = { names: [], bindings: [], example: program.example ?? "", exampleAt: null };
  try {
    refuseLong(program.text);
  } catch (error) {
    return { ...nothing, remarks: [remarkOf(error)] };
  }
  const dialect = dialects[program.dialect];
  const checked = dialect.check(program.text).map(remarkFrom);
  const names = dialect.names(program.text);
  const exampleAt = ownExample(program.dialect, program.text);
  let run: ProgramRun;
  try {
    run = runOnExample(program, read, liveLimits);
  } catch (error) {
    return { ...nothing, names, exampleAt, remarks: [...checked, remarkOf(error)] };
  }
  const lint =
    program.dialect === "rasp-l"
      ? lintRaspL(program.text, { input: run.execution.input, budget: new Budget(liveLimits) })
      : [];
  const failed: RaspRemark[] = run.execution.errors.map((error) => remarkOf(error));
  const refused = new Set(failed.map(({ range }) => range.start));
  // One schedule for all: a program may stack a thousand statements on one another.
  const { layerOf } = schedule(
    run.execution.bindings.flatMap(({ value }) => nodesOf(value)),
    "equal",
  );
  const bindings = run.execution.bindings.map((binding) => bindingOf(binding, { ...run, layerOf, failed }));
  return {
    remarks: distinct([
      ...checked,
      // Where 8-bit integers are asked for, what leaves them is an error already.
      ...lint
        .filter(({ code, range }) => code !== "int8-range" || !refused.has(range.start))
        .map((one) => ({ ...remarkFrom(one), severity: "hint" as const })),
      ...failed,
    ]),
    names,
    bindings,
    example: inputText(run.execution.input),
    exampleAt,
  };
}

function remarkFrom({ severity, code, message, next, range }: Diagnostic): RaspRemark {
  return { severity, code, message, next: next ?? null, range };
}

interface Bound extends ProgramRun {
  readonly layerOf: Schedule["layerOf"];
  /** Gets what cannot be computed on the example. */
  readonly failed: RaspRemark[];
}

function bindingOf(binding: Binding, run: Bound): RaspBinding {
  const { name, nameRange, range, value } = binding;
  const node = value.kind === "sop" || value.kind === "selector" ? value.node : null;
  const plain = { name, nameRange, range, kind: value.kind, drawable: node !== null };
  const layer = node === null ? null : run.layerOf(node);
  try {
    const short = shortText(value, run.evaluator, run.style);
    const long = longText(value, run.evaluator, run.style, run.tokens);
    return { ...plain, layer, short, long };
  } catch (error) {
    const remark = remarkOf(error, range);
    run.failed.push(remark);
    return { ...plain, layer, drawable: false, short: remark.message, long: remark.message };
  }
}

function remarkOf(error: unknown, fallback = { start: 0, end: 0 }): RaspRemark {
  if (!(error instanceof RaspError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { severity: "error", code: "internal", message, next: null, range: fallback };
  }
  const { code, message, next, range } = error;
  return { severity: "error", code, message, next: next ?? null, range: range ?? fallback };
}

/** Checking and running may find the same. */
function distinct(remarks: readonly RaspRemark[]): RaspRemark[] {
  const seen = new Map<string, RaspRemark>();
  for (const remark of remarks) {
    // A limit, once met, is met by every statement behind it.
    const key =
      remark.code === "limit"
        ? remark.message
        : `${remark.severity} ${remark.code} ${remark.range.start} ${remark.range.end}`;
    if (!seen.has(key)) seen.set(key, remark);
  }
  return [...seen.values()].sort((a, b) => a.range.start - b.range.start);
}
