/** Conformance cases: a program, an input, and what the language's own interpreter makes of them. */
import { Budget } from "../ir/budget";
import type { DialectName } from "../program";
import { transcript } from "../original/repl";
import { dialects } from "../dialects";
import { executionToJson, runProgram, type CaseResult } from "../runCase";
import { lintRaspL } from "../raspL/lint";
import { RaspError } from "../source/raspError";
import { runTracr } from "../tracr/tracr";
import { validateTracr } from "../tracr/validate";
import { atomFromJson, inputFromJson } from "../values/json";
import { continuationFrom, continued, sopOf } from "./continuation";
import { inputFromValue } from "./example";

/** One case, as it stands in a file; what a dialect does not know is not looked at. */
export interface ConformanceCase {
  readonly id: string;
  readonly dialect: DialectName;
  /** "analysis", "stdout", "lint" and "error" say what is asked; all others ask for the result. */
  readonly kind: string;
  readonly program: string;
  readonly input: unknown;
  /** RASP-L: "autoregressive" continues `input.prompt`. */
  readonly mode?: string;
  /** Tracr: tokens a model would know, the longest input, and whether no query sees a later key. */
  readonly vocab?: readonly unknown[];
  readonly max_seq_len?: number;
  readonly causal?: boolean;
}

/** What a case gives, in the shape of its expected results; `error` is the kind. Never throws. */
export function runCase(one: ConformanceCase): CaseResult {
  try {
    return resultOf(one);
  } catch (error) {
    if (error instanceof RaspError) return { error: error.code };
    throw error;
  }
}

function resultOf(one: ConformanceCase): CaseResult {
  const { dialect, kind, program } = one;
  if (kind === "stdout") return { stdout: transcript(program, { tokens: inputFromJson(one.input) }) };
  if (dialect === "rasp-l") return ofRaspL(one);
  if (dialect === "tracr") return ofTracr(one);
  const input = inputFromValue(dialect, one.input);
  return runProgram(dialects[dialect], program, { input, analysis: kind === "analysis" });
}

function ofRaspL({ program, input: json, kind, mode }: ConformanceCase): CaseResult {
  const budget = new Budget();
  const asked = mode === "autoregressive" ? continuationFrom(json) : null;
  if (asked) return continued(program, asked);
  const input = inputFromValue("rasp-l", json);
  if (kind === "lint") return { lint: lintRaspL(program, { input, budget })[0]?.code ?? null };
  return runProgram(dialects["rasp-l"], program, { input, budget });
}

/** Cases of kind "error" ask what validation says; the others, what the interpreter says even where compiling would refuse. */
function ofTracr({
  program,
  input: json,
  kind,
  vocab = [],
  max_seq_len,
  causal = false,
}: ConformanceCase): CaseResult {
  const input = inputFromValue("tracr", json);
  const budget = new Budget();
  const { execution, run } = runTracr(program, { input, budget });
  if (kind === "error" && input.kind === "tokens") {
    const settings = { vocab: vocab.map(atomFromJson), maxSeqLen: max_seq_len ?? input.tokens.length };
    const root = sopOf(execution);
    const refused = validateTracr({ root, run, settings, budget, causal, tokens: input.tokens });
    const first = refused.find(({ severity }) => severity === "error");
    if (first !== undefined) return { error: first.code };
  }
  return executionToJson(execution, { dialect: "tracr", causal, budget });
}
