/** RASP-L (Zhou et al. 2023): causal programs on integer sequences, with numpy's operators. */
import { embeddedDialect } from "../embedded/dialect";
import type { Embedding } from "../embedded/embedding";
import type { EmbeddedLanguage } from "../embedded/language";
import { matched, signature } from "../python/run/arguments";
import { compare } from "../python/run/operators";
import { PyBuiltin, type PyValue } from "../python/run/values";
import type { Dialect } from "../program";
import { comparisons, core, type RaspLFunction } from "./core";
import { arraysOf } from "./input";
import { withInt8 } from "./int8";
import { library } from "./library";
import { RaspLRun } from "./run";
import { RaspLSequence } from "./sequences";

const functions: Readonly<Record<string, RaspLFunction>> = {
  ...core,
  ...library,
  ...Object.fromEntries(
    Object.entries(comparisons).map(([name, sign]): [string, RaspLFunction] => [
      `${name}(x, y)`,
      (_run, [x, y]) => compare(sign, x!, y!),
    ]),
  ),
};

/** What a run of RASP-L kept, for the lint. */
export const raspLRuns = new WeakMap<Embedding, RaspLRun>();

/** RASP-L as a language embedded in Python. */
export const raspLLanguage: EmbeddedLanguage = {
  name: "rasp-l",
  title: "RASP-L",
  modules: ["np_rasp", "numpy"],
  names: Object.keys(functions).map((text) => signature(text).name),
  library(embedding) {
    const run = new RaspLRun(embedding);
    raspLRuns.set(embedding, run);
    const found = new Map<string, PyValue>();
    for (const [text, work] of Object.entries(functions)) {
      const shape = signature(text);
      found.set(shape.name, new PyBuiltin(shape.name, (args) => work(run, matched(shape, args))));
    }
    for (const name of arraysOf(embedding.input).keys()) {
      found.set(name, new RaspLSequence(run, embedding.graph.variable(name)));
    }
    return found;
  },
  unknown(_name, embedding) {
    const names = [...arraysOf(embedding.input).keys()];
    return `The input has ${names.length === 0 ? "no arrays" : names.join(", ")}.`;
  },
  // Programs are written as expressions of arrays that the input brings: x, b, k, q, v.
  mayBeInput: (name) => /^[a-z]\d?$/.test(name),
};

/** RASP-L. */
export const raspL: Dialect = withInt8(embeddedDialect(raspLLanguage));
