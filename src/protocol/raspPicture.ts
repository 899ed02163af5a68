/** A RASP program on an input, as the page draws it: plain data, computed where the program runs. */

/** Where in the program's text; UTF-16, half-open. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A sequence as cells. */
export interface RaspRow {
  /** The expression or the name. */
  readonly label: string;
  /** One text a position, as the language writes the value. */
  readonly cells: readonly string[];
  /** "int", "float", "bool", "string", or "mixed". */
  readonly type: string;
  /** The step that made it, where that is one of the picture's. */
  readonly step: number | null;
}

/** One comparison of keys with queries that a selector is made of. */
export interface RaspComparison {
  readonly keys: RaspRow;
  readonly queries: RaspRow;
  /** "==", "<", …, or a function's name. */
  readonly sign: string;
  /** True where no query selects a key behind itself. */
  readonly causal: boolean;
}

/** One thing that is drawn. */
export interface RaspStep {
  /** Its number in the picture, in order of computation. */
  readonly step: number;
  /** "attention": a selector with what it aggregates; "selector": one alone; "elementwise": a function of sequences. */
  readonly kind: "attention" | "selector" | "elementwise" | "input";
  /** The name that the program gave it. */
  readonly name: string | null;
  readonly expression: string;
  /** 0: before any attention. */
  readonly layer: number;
  /** Where it was written; null for what the language's library wrote. */
  readonly range: TextRange | null;
  /** For selectors: what they compare; the matrix is their combination, in words in `rule`. */
  readonly comparisons: readonly RaspComparison[];
  readonly rule: string | null;
  /** How several comparisons make the matrix, each as a letter: "a and not b"; null where one alone does. */
  readonly combination: string | null;
  /** Which head of its layer, from 0: steps of equal selectors share one. Null where it is no attention. */
  readonly head: number | null;
  /** Rows of "0" and "1", one text a drawn query, one character a drawn key. */
  readonly matrix: readonly string[] | null;
  /** How many keys each drawn query selects among those that are not drawn; null where all are drawn. */
  readonly beyond: readonly number[] | null;
  /** What is aggregated, or the operands of an elementwise function. */
  readonly operands: readonly RaspRow[];
  /** "mean", "sum", … and the value where nothing is selected. */
  readonly reducer: string | null;
  readonly empty: string | null;
  readonly result: RaspRow | null;
}

/** Heads of each layer under one way of counting. */
export interface RaspCount {
  /** Who counts so. */
  readonly by: "equal selectors shared" | "one selector written once shared" | "every aggregate a head";
  readonly headsPerLayer: readonly number[];
}

/** The whole program. */
export interface RaspPicture {
  readonly dialect: string;
  /** The input, shown as the program's example would be written. */
  readonly input: string;
  readonly tokens: readonly string[];
  /** The first position that is drawn. */
  readonly first: number;
  /** Drawn positions; a longer input than can be drawn is cut, and says so. */
  readonly positions: number;
  readonly leftOut: number;
  readonly layers: number;
  /** Ours first, then the peers'. */
  readonly counts: readonly RaspCount[];
  readonly steps: readonly RaspStep[];
  /** The step that is the result. */
  readonly result: number;
  /** What kept the program from being drawn, or part of it. */
  readonly error: {
    readonly message: string;
    readonly next: string | null;
    readonly range: TextRange | null;
  } | null;
}
