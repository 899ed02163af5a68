/** RASPy (Rush and Weiss 2023): RASP in Python, with keys and queries, and sums instead of means. */
import { embeddedDialect } from "../embedded/dialect";
import type { Embedding } from "../embedded/embedding";
import type { EmbeddedLanguage } from "../embedded/language";
import type { SOp } from "../ir/nodes";
import { matched, signature } from "../python/run/arguments";
import { truth } from "../python/run/operators";
import { PyBuiltin, PyNamespace, fromAtom, type PyValue } from "../python/run/values";
import type { Dialect } from "../program";
import { RaspError } from "../source/raspError";
import { RaspySOp, atomsOf, wrap } from "./raspySOp";
import { RaspySelector, RaspySide, aggregated } from "./raspySelector";

type Function = (embedding: Embedding, args: (PyValue | undefined)[]) => PyValue;

const FUNCTIONS: Readonly<Record<string, Function>> = {
  "key(s)": (embedding, [s]) => new RaspySide(embedding, "key", wrap(embedding, s!)),
  "query(s)": (embedding, [s]) => new RaspySide(embedding, "query", wrap(embedding, s!)),
  "select(key, query, predicate)": (embedding, [key, query, func]) => {
    const predicate = embedding.predicate(func!, "select");
    const parts = { key: wrap(embedding, key!).node, query: wrap(embedding, query!).node, predicate };
    return new RaspySelector(
      embedding,
      embedding.make(() => embedding.graph.select(parts)),
    );
  },
  "aggregate(selector, values, default?)": (_embedding, [selector, values, missing]) =>
    aggregated(selector!, values!, missing),
  "where(condition, then, otherwise)": (embedding, args) => {
    const [condition, then, otherwise] = args.map((arg) => wrap(embedding, arg!));
    const apply = ([c, a, b]: readonly Parameters<typeof fromAtom>[0][]) => (truth(fromAtom(c)) ? a : b);
    return condition.mapped({ name: "where", key: "where", apply }, then.node, otherwise.node);
  },
  "raw(sequence)": (embedding, [sequence]) => {
    const atoms = atomsOf(embedding, sequence!);
    return new RaspySOp(
      embedding,
      embedding.make(() => embedding.graph.literal(atoms)),
    );
  },
};

const raspyLanguage: EmbeddedLanguage = {
  name: "raspy",
  title: "RASPy",
  modules: ["raspy"],
  names: [
    "tokens",
    "identity",
    "indices",
    "SOp",
    ...Object.keys(FUNCTIONS).map((text) => signature(text).name),
  ],
  library(embedding) {
    const found = new Map<string, PyValue>();
    const sop = (node: SOp): RaspySOp => new RaspySOp(embedding, node);
    const tokens = sop(embedding.graph.input("asis"));
    found.set("tokens", tokens);
    found.set("identity", tokens);
    found.set("indices", sop(embedding.graph.indices()));
    const zip = new PyBuiltin("zip", ({ positional: [func, ...sops] }) => {
      if (func === undefined || sops.length === 0) {
        throw new RaspError("arguments", "SOp.zip takes a function and s-ops.");
      }
      const [first, ...others] = sops.map((one) => wrap(embedding, one));
      return first.mapped(embedding.elementwise(func, "SOp.zip"), ...others.map(({ node }) => node));
    });
    found.set("SOp", new PyNamespace("SOp", new Map([["zip", zip]])));
    for (const [text, work] of Object.entries(FUNCTIONS)) {
      const shape = signature(text);
      found.set(shape.name, new PyBuiltin(shape.name, (args) => work(embedding, matched(shape, args))));
    }
    return found;
  },
};

/** RASPy. */
export const raspy: Dialect = embeddedDialect(raspyLanguage);
