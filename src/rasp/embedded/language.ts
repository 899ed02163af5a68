/** What makes a dialect of the shared Python: its names, and what they mean. */
import type { DialectName } from "../program";
import type { PyValue } from "../python/run/values";
import type { Embedding } from "./embedding";

/** A dialect that is embedded in Python. */
export interface EmbeddedLanguage {
  readonly name: DialectName;
  /** As people say it: for messages. */
  readonly title: string;
  /** Modules whose imports are accepted: the library that the dialect comes from. */
  readonly modules: readonly string[];
  /** Names that the dialect adds to Python's; the same for every run. */
  readonly names: readonly string[];
  /** What the names mean in one run. */
  library(embedding: Embedding): ReadonlyMap<string, PyValue>;
  /** What to say about a name that nobody defines. */
  unknown?(name: string, embedding: Embedding): string | undefined;
  /** True where an unknown name may be the input's (RASP-L's arrays). */
  mayBeInput?(name: string): boolean;
}
