/** How the REPL shows values: the original's texts, to the space. */
import { isSelector, type RaspNode } from "../ir/nodes";
import type { Matrix } from "../ir/matrix";
import type { RaspValue } from "../program";
import type { Atom } from "../values/atom";
import { atomsEqual } from "../values/compare";
import { sequenceText, sequenceType, type Sequence } from "../values/sequence";
import { atomText } from "../values/show";
import { Closure } from "./closure";
import type { Machine } from "./machine";

/** What the commands of the REPL switch. */
export interface Display {
  sopExamples: boolean;
  selectorExamples: boolean;
  fullSequences: boolean;
}

/** Longer names of nodes are not shown, as in the original. */
const MAX_NAME = 30;

/** Writes values for the REPL. */
export class Echo {
  constructor(
    private readonly machine: Machine,
    private readonly display: Display,
  ) {}

  /** A value under a name. */
  named(name: string, value: RaspValue): string {
    return this.item(name, value, "", "");
  }

  /** A value that has no name: of an application, or drawn. */
  applied(value: RaspValue): string {
    if (value.kind === "matrix") return `\t = \n${grid(value.matrix, value.of?.tokens ?? [], "")}`;
    if (value.kind !== "sequence") return "";
    if (!this.display.fullSequences) return `\t =  ${sequenceText(value.values)}\n`;
    return `\t = ${full(value.values, value.of?.tokens ?? [], "", "")}`;
  }

  /** The running examples. */
  examples(subset: "both" | "s-op" | "selector"): string {
    const { sop, selector } = this.machine.examples;
    const lines: string[] = [];
    if (subset !== "selector") lines.push(`\ts-op example: ${pythonText(sop.value)}\n`);
    if (subset !== "s-op") lines.push(`\tselector example: ${pythonText(selector.value)}\n`);
    return lines.join("");
  }

  private item(name: string | null, value: RaspValue, tabs: string, before: string): string {
    switch (value.kind) {
      case "sop":
        return this.sop(name ?? this.nodeName(value.node), value.node, `${tabs} ${before}`, tabs);
      case "selector": {
        const shown = name ?? this.nodeName(value.node);
        const head = `${tabs} ${before}    selector: ${shown}\n`;
        if (!this.display.selectorExamples) return head;
        const { selector } = this.machine.examples;
        const matrix = this.machine.evaluatorOf(selector.tokens).selector(value.node);
        return `${head}${tabs} \t Example:\n${grid(matrix, selector.tokens, tabs)}`;
      }
      case "function": {
        const creator = value instanceof Closure ? value.creator : "console";
        return `${tabs} ${before}    ${creator} function: ${value.name}(${value.parameters.join(", ")})\n`;
      }
      case "list":
      case "dict":
        return this.container(name, value, tabs, before);
      case "sequence":
      case "matrix":
        return this.applied(value);
      case "atom":
        return `${tabs}    value: ${name === null ? "" : `${name} = `} ${atomText(value.atom)}\n`;
    }
  }

  private sop(name: string, node: RaspNode, head: string, tabs: string): string {
    const line = `${head}    s-op: ${name}\n`;
    if (!this.display.sopExamples || isSelector(node)) return line;
    const example = this.machine.examples.sop;
    const values = this.machine.example.sop(node);
    const applied = `${name}(${pythonText(example.value)}) =`;
    if (!this.display.fullSequences) {
      return `${line}${tabs} \t Example: ${applied} ${sequenceText(values)}\n`;
    }
    return `${line}${tabs} \t Example:${full(values, example.tokens, applied, tabs)}`;
  }

  private container(
    name: string | null,
    value: RaspValue & { readonly kind: "list" | "dict" },
    tabs: string,
    before: string,
  ): string {
    const [open, close] = value.kind === "list" ? "[]" : "{}";
    const label = `   ${value.kind}: ${name === null ? "" : `${name} = `}`;
    const head = `${tabs} ${before} ${label}`;
    if (isFlat(value)) return `${head}${pythonText(value)}\n`;
    const items: string[] =
      value.kind === "list"
        ? value.items.map((item) => this.item(null, item, `${tabs}\t\t`, ""))
        : value.entries.map(([key, item]) => this.item(null, item, `${tabs}\t\t\t`, `${atomText(key)} : `));
    return `${head}${tabs} ${open}\n${items.join("")}${tabs} ${" ".repeat(label.length)} ${close}\n`;
  }

  private nodeName(node: RaspNode): string {
    const name = this.machine.nodeNames.get(node.id) ?? (isSelector(node) ? "sel" : "s-op");
    return name.length > MAX_NAME ? (isSelector(node) ? "sel" : "s-op") : name;
  }
}

function isFlat(value: RaspValue & { readonly kind: "list" | "dict" }): boolean {
  const items = value.kind === "list" ? value.items : value.entries.map(([, item]) => item);
  return items.every((item) => item.kind === "atom");
}

/** A value as Python prints it: strings alone in double quotes, within lists in single ones. */
export function pythonText(value: RaspValue): string {
  return value.kind === "atom" ? atomText(value.atom) : reprText(value);
}

function reprText(value: RaspValue): string {
  switch (value.kind) {
    case "atom":
      return typeof value.atom === "string" ? quoted(value.atom) : atomText(value.atom);
    case "list":
      return `[${value.items.map(reprText).join(", ")}]`;
    case "dict": {
      const entries = value.entries.map(([key, item]) => {
        return `${typeof key === "string" ? quoted(key) : atomText(key)}: ${reprText(item)}`;
      });
      return `{${entries.join(", ")}}`;
    }
    default:
      return `(${value.kind === "sop" ? "s-op" : value.kind})`;
  }
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t");
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

/** The matrix with the example around it; blank for 0. */
function grid(matrix: Matrix, tokens: Sequence, tabs: string): string {
  const { rows, columns, cells } = matrix;
  const labels = tokens.slice(0, rows).map(plain);
  const lines = [`${tabs} \t\t\t     ${labels.join(" ")}\n`];
  for (let row = 0; row < rows; row++) {
    const line = Array.from(cells.subarray(row * columns, (row + 1) * columns), (cell) =>
      cell === 1 ? "1" : " ",
    );
    lines.push(`${tabs} \t\t\t ${labels[row]} | ${line.join(" ")}\n`);
  }
  return lines.join("");
}

/** An atom as Python's str writes it. */
function plain(atom: Atom): string {
  return typeof atom === "string" ? atom : atomText(atom);
}

/** A sequence below its input, in columns of one width; a constant one on the line that is begun. */
function full(values: Sequence, tokens: Sequence, applied: string, tabs: string): string {
  if (values.every((value) => atomsEqual(value, values[0]))) {
    return ` ${applied} ${sequenceText(values)} [skipped full display: identical values]\n`;
  }
  const input = rarer(tokens);
  const output = rarer(values);
  const width = Math.max(...[...input, ...output].map((cell) => [...cell].length));
  const line = (cells: readonly string[]): string =>
    cells.map((cell) => " ".repeat(width - [...cell].length) + cell).join(" ");
  const first = `${tabs} \t\tinput:   ${line(input)} \t (strings)\n`;
  return `\n${first}${tabs} \t\toutput:  ${line(output)} \t (${sequenceType(values)}s)\n`;
}

/** Cells; of bools only the rarer letter, so that it stands out. */
function rarer(values: Sequence): string[] {
  if (!values.every((value) => typeof value === "boolean")) return values.map(plain);
  const trues = values.filter(Boolean).length;
  const falses = values.length - trues;
  return values.map((value) => (value ? (trues <= falses ? "T" : "") : falses <= trues ? "F" : ""));
}
