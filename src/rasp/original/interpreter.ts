/** Runs a program's tree: names and functions at once, s-ops and selectors as nodes of a graph. */
import type { Budget } from "../ir/budget";
import { mean } from "../ir/reducers";
import type { RaspValue } from "../program";
import type { SourceRange } from "../source/range";
import { RaspError } from "../source/raspError";
import { Float, toInt, type Atom } from "../values/atom";
import { Closure, describe } from "./closure";
import {
  contained,
  dictOf,
  indexed,
  inputOf,
  isInput,
  iterated,
  lengthOf,
  rangeOf,
  unpacked,
  zipOf,
} from "./containers";
import { asSOp } from "./elementwise";
import { exampleOf, Machine } from "./machine";
import { atomValue, binary, chosen, listOf, truthOf, unary, wrapped } from "./operators";
import { Scope } from "./scope";
import type { Comprehension, Expression, ExpressionOf, Identifier, Statement, StatementOf } from "./tree";

/** A value under the name that a statement gave it. */
export interface Named {
  readonly target: Identifier;
  readonly value: RaspValue;
}

/** What a statement made: names in their order, or a value without one. */
export interface Outcome {
  readonly named: readonly Named[];
  /** Null for a statement that has no value. */
  readonly value: RaspValue | null;
}

/** What the interpreter asks of the world. */
export interface Loader {
  /** Runs a file into the scope that loads it. */
  load(path: string, range: SourceRange): Outcome;
}

/** Runs statements one by one. */
export class Interpreter {
  readonly machine: Machine;
  loader: Loader | null = null;

  constructor(tokens: readonly Atom[], budget: Budget) {
    this.machine = new Machine(exampleOf(tokens), budget, new Scope(null));
  }

  /**
   * One statement.
   * @throws {RaspError} with its range
   */
  run(statement: Statement): Outcome {
    this.machine.budget.step();
    switch (statement.kind) {
      case "expression": {
        const value = this.evaluate(statement.value);
        return { named: [], value };
      }
      case "assign":
        return this.assign(statement);
      case "draw":
        return { named: [], value: this.draw(statement) };
      case "def": {
        const { scope, creator } = this.machine.frame;
        const closure = new Closure(statement, scope, creator);
        return this.name([statement.name], [closure]);
      }
      case "for":
        return this.loop(statement);
      case "load":
        return this.placed(statement.range, () => this.load(statement));
      case "command":
        if (statement.command === "set-example") {
          const example = this.evaluate(statement.example);
          this.placed(statement.example.range, () => this.machine.setExample(statement.subset, example));
        }
        return { named: [], value: null };
      case "broken":
        return { named: [], value: null };
    }
  }

  private load(statement: StatementOf<"load">): Outcome {
    if (this.loader === null) throw new RaspError("load", "Files cannot be loaded here.");
    return this.loader.load(statement.path, statement.range);
  }

  private assign(statement: StatementOf<"assign">): Outcome {
    const all = statement.values.map((value) => this.evaluate(value));
    const value = all.length === 1 ? all[0] : listOf(all);
    const { targets } = statement;
    if (targets.length === 1) return this.name(targets, [value]);
    return this.placed(statement.range, () => this.name(targets, unpacked(value, targets.length)));
  }

  /** Gives values their names. */
  private name(targets: readonly Identifier[], values: readonly RaspValue[]): Outcome {
    const { frame, nodeNames, ownNames } = this.machine;
    const named = targets.map((target, i) => {
      const value = values[i];
      this.placed(target.range, () => frame.scope.set(target.name, value));
      if ((value.kind === "sop" || value.kind === "selector") && !nodeNames.has(value.node.id)) {
        nodeNames.set(value.node.id, target.name);
        if (frame.creator === "console") ownNames.set(value.node.id, target.name);
      }
      return { target, value };
    });
    return { named, value: values.length === 1 ? values[0] : listOf(values) };
  }

  private loop(statement: StatementOf<"for">): Outcome {
    for (const item of this.itemsOf(statement, "for")) {
      this.bind(statement, item);
      for (const inner of statement.body) this.run(inner);
    }
    return { named: [], value: null };
  }

  private itemsOf({ iterable }: Comprehension, who: string): readonly RaspValue[] {
    const value = this.evaluate(iterable);
    return this.placed(iterable.range, () => iterated(value, who));
  }

  /** The names of a loop or a comprehension for one item. */
  private bind({ names, iterable }: Comprehension, item: RaspValue): void {
    const values =
      names.length === 1 ? [item] : this.placed(iterable.range, () => unpacked(item, names.length));
    const { scope } = this.machine.frame;
    names.forEach(({ name, range }, i) => this.placed(range, () => scope.set(name, values[i])));
  }

  private draw({ value, input, range }: StatementOf<"draw">): RaspValue {
    const { machine } = this;
    const given = input === null ? machine.examples.sop.value : this.evaluate(input);
    const on = this.placed(range, () => inputOf(given));
    const evaluator = machine.evaluatorOf(on);
    const drawn = machine.within({ backup: evaluator }, () => this.evaluate(value));
    return this.placed(value.range, () => {
      if (drawn.kind !== "sop") throw new RaspError("type", `draw takes an s-op, not ${describe(drawn)}.`);
      return { kind: "sequence", values: evaluator.sop(drawn.node), of: { node: drawn.node, tokens: on } };
    });
  }

  /**
   * The value of an expression; a new s-op or selector is checked on the example.
   * @throws {RaspError} with its range
   */
  evaluate(expression: Expression): RaspValue {
    const { machine } = this;
    if (expression.kind === "group") return this.evaluate(expression.inner);
    try {
      machine.budget.step();
      const value = this.valueOf(expression);
      if (value.kind === "sop" || value.kind === "selector") machine.check(value.node);
      if (value.kind !== "sequence" && value.kind !== "matrix") machine.frame.scope.provide("out", value);
      return value;
    } catch (error) {
      const place = machine.place(expression.range);
      throw error instanceof RaspError && place !== null ? error.at(place) : error;
    }
  }

  private valueOf(expression: Expression): RaspValue {
    const { machine } = this;
    switch (expression.kind) {
      case "name":
        return machine.frame.scope.get(expression.name);
      case "int":
        return atomValue(toInt(BigInt(expression.text)));
      case "float":
        return atomValue(new Float(Number(expression.text)));
      case "string":
        return atomValue(expression.value);
      case "group":
        return this.evaluate(expression.inner);
      case "list":
        return listOf(this.all(expression.items));
      case "dict":
        return dictOf(
          expression.entries.map(({ key, value }) => [this.evaluate(key), this.evaluate(value)] as const),
        );
      case "list-comprehension":
        return listOf(this.comprehended(expression, () => this.evaluate(expression.value)));
      case "dict-comprehension":
        return dictOf(
          this.comprehended(
            expression,
            () => [this.evaluate(expression.key), this.evaluate(expression.value)] as const,
          ),
        );
      case "range":
        return rangeOf(this.all(expression.arguments));
      case "zip":
        return zipOf(this.all(expression.arguments));
      case "len":
        return lengthOf(this.evaluate(expression.operand));
      case "ternary":
        return this.ternary(expression);
      case "call":
        return this.call(expression);
      case "error":
        throw new RaspError("syntax", "Here stands no expression.");
      default:
        return this.nodeOf(expression);
    }
  }

  /** Expressions that may make a node. */
  private nodeOf(
    expression: ExpressionOf<
      "select" | "aggregate" | "round" | "indicator" | "unary" | "binary" | "in" | "index"
    >,
  ): RaspValue {
    const { graph, provided } = this.machine;
    const place = this.machine.place(expression.range);
    switch (expression.kind) {
      case "select":
        return this.select(expression, place);
      case "aggregate":
        return this.aggregate(expression, place);
      case "round":
      case "indicator": {
        const operand = this.evaluate(expression.operand);
        return graph.at(place, () => wrapped(graph, expression.kind, operand));
      }
      case "unary": {
        const operand = this.evaluate(expression.operand);
        return graph.at(place, () => unary(graph, expression.sign, operand));
      }
      case "binary": {
        const left = this.evaluate(expression.left);
        const right = this.evaluate(expression.right);
        return graph.at(place, () => binary(graph, expression.sign, left, right));
      }
      case "in": {
        const element = this.evaluate(expression.element);
        const container = this.evaluate(expression.container);
        return graph.at(place, () => contained(graph, provided, element, container));
      }
      case "index": {
        const value = this.evaluate(expression.value);
        const index = this.evaluate(expression.index);
        return graph.at(place, () => indexed(graph, provided, value, index));
      }
    }
  }

  private all(expressions: readonly Expression[]): RaspValue[] {
    return expressions.map((expression) => this.evaluate(expression));
  }

  private comprehended<T>(comprehension: Comprehension, make: () => T): T[] {
    const items = this.itemsOf(comprehension, "A comprehension");
    const { machine } = this;
    return items.map((item) =>
      machine.within({ scope: new Scope(machine.frame.scope) }, () => {
        this.bind(comprehension, item);
        return make();
      }),
    );
  }

  private ternary({ condition, then, otherwise }: ExpressionOf<"ternary">): RaspValue {
    const decides = this.evaluate(condition);
    if (decides.kind !== "sop" && decides.kind !== "selector") {
      return this.evaluate(truthOf(decides) ? then : otherwise);
    }
    const { graph } = this.machine;
    const [a, b] = [this.evaluate(then), this.evaluate(otherwise)];
    return graph.at(this.machine.place({ start: then.range.start, end: otherwise.range.end }), () =>
      chosen(graph, decides, a, b),
    );
  }

  private select({ key, query, sign }: ExpressionOf<"select">, place: SourceRange | null): RaspValue {
    const { graph } = this.machine;
    const [keys, queries] = [this.evaluate(key), this.evaluate(query)];
    const side = (value: RaspValue, which: string): RaspError =>
      new RaspError("type", `The ${which} of a select is an s-op or an atom, not ${describe(value)}.`);
    const node = graph.at(place, () =>
      graph.select({
        key: asSOp(graph, keys, () => side(keys, "key")),
        query: asSOp(graph, queries, () => side(queries, "query")),
        predicate: { kind: "comparison", sign },
      }),
    );
    return { kind: "selector", node };
  }

  private aggregate(expression: ExpressionOf<"aggregate">, place: SourceRange | null): RaspValue {
    const { graph } = this.machine;
    const selector = this.evaluate(expression.selector);
    const value = this.evaluate(expression.value);
    const empty = expression.default === null ? atomValue(0) : this.evaluate(expression.default);
    if (selector.kind !== "selector") {
      throw new RaspError("type", `aggregate takes a selector first, not ${describe(selector)}.`);
    }
    if (empty.kind !== "atom") {
      throw new RaspError("type", `The default of an aggregate is an atom, not ${describe(empty)}.`);
    }
    const node = graph.at(place, () =>
      graph.aggregate({
        selector: selector.node,
        value: asSOp(
          graph,
          value,
          () => new RaspError("type", `aggregate takes an s-op or an atom second, not ${describe(value)}.`),
        ),
        reducer: mean,
        default: empty.atom,
      }),
    );
    return { kind: "sop", node };
  }

  private call({ callee, arguments: args, range }: ExpressionOf<"call">): RaspValue {
    const { machine } = this;
    const values = this.all(args);
    const applies = values.length === 1 && isInput(values[0]);
    const backup = applies ? machine.evaluatorOf(inputOf(values[0])) : null;
    const called = machine.within({ backup: backup ?? machine.frame.backup }, () => this.evaluate(callee));
    if (called instanceof Closure) return this.apply(called, values, range);
    if (called.kind !== "sop" && called.kind !== "selector") {
      const next = "Functions, s-ops and selectors can be called.";
      throw new RaspError(
        "not-callable",
        `${describe(called)} cannot be called.`.replace(/^a/, "A"),
        null,
        next,
      );
    }
    if (values.length !== 1) throw wrongNumber(describe(called), 1, values.length);
    const evaluator = backup ?? machine.evaluatorOf(inputOf(values[0]));
    const on = inputOf(values[0]);
    if (called.kind === "sop")
      return { kind: "sequence", values: evaluator.sop(called.node), of: { node: called.node, tokens: on } };
    return { kind: "matrix", matrix: evaluator.selector(called.node), of: { node: called.node, tokens: on } };
  }

  private apply(closure: Closure, values: readonly RaspValue[], range: SourceRange): RaspValue {
    const { machine } = this;
    const { definition } = closure;
    const { parameters } = definition;
    if (values.length !== parameters.length)
      throw wrongNumber(closure.name, parameters.length, values.length);
    const scope = new Scope(closure.scope);
    const pinned = closure.creator === "console" ? undefined : machine.place(range);
    return machine.budget.deeper(() =>
      machine.within({ scope, pinned, backup: null, creator: closure.creator }, () => {
        parameters.forEach((parameter, i) =>
          this.placed(parameter.range, () => scope.set(parameter.name, values[i])),
        );
        for (const statement of definition.body) this.run(statement);
        const results = this.all(definition.result.values);
        return results.length === 1 ? results[0] : listOf(results);
      }),
    );
  }

  /** Runs work; an error without a place gets this one. */
  private placed<T>(range: SourceRange, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const place = this.machine.place(range);
      throw error instanceof RaspError && place !== null ? error.at(place) : error;
    }
  }
}

function wrongNumber(name: string, expected: number, got: number): RaspError {
  return new RaspError("arguments", `Wrong number of args for ${name}: expected ${expected}, got ${got}.`);
}
