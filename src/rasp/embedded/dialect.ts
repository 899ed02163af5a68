/** Makes a dialect of a language that is embedded in Python. */
import type { Dialect } from "../program";
import { format } from "../python/syntax/format";
import { checkEmbedded } from "./check";
import { runEmbedded } from "./execute";
import type { EmbeddedLanguage } from "./language";
import { namesOf } from "./names";

/** The dialect. */
export function embeddedDialect(language: EmbeddedLanguage): Dialect {
  return {
    name: language.name,
    check: (text) => checkEmbedded(language, text),
    names: (text) => namesOf(language, text).occurrences,
    format,
    execute: (text, options) => runEmbedded(language, text, options).execution,
  };
}
