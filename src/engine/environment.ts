/** Settings that reach the engine's process, and the command line, by environment variables. */

/** What may be set. */
export interface EngineSettings {
  /** Most bytes a model may take; undefined: decided by the machine. */
  readonly memoryBudget?: number;
  /** Most bytes of converted weights kept in the cache. */
  readonly cacheLimit?: number;
  /** Where graphs run; "cpu" where it is left out. */
  readonly device?: string;
}

const gigabyte = 1e9;

/** Reads `INTROSPECT_MEMORY_BUDGET`, `INTROSPECT_CACHE_LIMIT` (gigabytes) and `INTROSPECT_DEVICE`; what is no number is left out. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): EngineSettings {
  const memoryBudget = bytesOf(env["INTROSPECT_MEMORY_BUDGET"]);
  const cacheLimit = bytesOf(env["INTROSPECT_CACHE_LIMIT"]);
  const device = env["INTROSPECT_DEVICE"];
  return {
    ...(memoryBudget === undefined ? {} : { memoryBudget }),
    ...(cacheLimit === undefined ? {} : { cacheLimit }),
    ...(device === undefined || device === "" ? {} : { device }),
  };
}

function bytesOf(text: string | undefined): number | undefined {
  const value = Number(text ?? "");
  return text !== undefined && text.trim() !== "" && Number.isFinite(value) && value > 0
    ? value * gigabyte
    : undefined;
}
