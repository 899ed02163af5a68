/** Runs the tree of a Python text. */
import type { Budget } from "../../ir/budget";
import { RaspError } from "../../source/raspError";
import type { Severity } from "../../source/diagnostic";
import type { SourceRange } from "../../source/range";
import { nearest } from "../../../base/nearest";
import type { CallNode, DefNode, Expression, LambdaNode } from "../syntax/tree";
import { bindParameters } from "./arguments";
import { comprehended, display, formatted } from "./displays";
import { itemAt, slice } from "./indexing";
import { methodOf } from "./methods";
import { binary, bounded, compare, iterate, truth, unary } from "./operators";
import { Scope, assignedIn } from "./scope";
import { runBody } from "./statements";
import {
  PyBuiltin,
  PyDict,
  PyFunction,
  PyNamespace,
  PyObject,
  capital,
  isScalar,
  nameOfValue,
  repr,
  type CallArguments,
  type PyValue,
} from "./values";

/** A remark that running makes: a trap that the program steps into. */
export interface Remark {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  readonly severity?: Severity;
}

/** What an interpreter is given. */
export interface InterpreterOptions {
  readonly language: Scope;
  readonly budget: Budget;
  /** Hears of traps, each with the place it is at. */
  readonly remark: (remark: Remark, range: SourceRange) => void;
  /** What an unknown name means to the dialect: a sentence on what to do. */
  readonly unknown?: (name: string) => string | undefined;
}

/** Levels that are being computed at once, those of callers among them: less than what a usual stack holds. */
const MAX_DEPTH = 500;

/** The interpreter of one program. */
export class Interpreter {
  readonly program: Scope;
  /** Names whose assignment failed: what needs them is not run, and not reported either. */
  readonly failed = new Set<string>();
  /** Hears of every value that a statement of the program (not of a function) gives to a name. */
  onAssign: ((target: Expression | DefNode, value: PyValue) => void) | null = null;
  /** The expression that is being computed: where new nodes come from. */
  range: SourceRange = { start: 0, end: 0 };
  private current: Budget;
  private depth = 0;

  constructor(readonly options: InterpreterOptions) {
    this.program = new Scope(options.language);
    this.current = options.budget;
  }

  /** What counts the steps now. */
  get budget(): Budget {
    return this.current;
  }

  /** Calls a function on behalf of an evaluation, whose budget counts. */
  callUnder(budget: Budget, callee: PyValue, values: readonly PyValue[]): PyValue {
    const [outer, range] = [this.current, this.range];
    this.current = budget;
    try {
      return this.call(callee, { positional: values, named: new Map() });
    } finally {
      this.current = outer;
      this.range = range;
    }
  }

  /** Makes a remark at the expression that is being computed. */
  remark(remark: Remark): void {
    this.options.remark(remark, this.range);
  }

  /** An expression's value. */
  evaluate(node: Expression, scope: Scope): PyValue {
    this.enter(1);
    try {
      return this.valueOf(node, scope);
    } catch (error) {
      throw placed(error, node.range);
    } finally {
      this.depth--;
    }
  }

  /** Runs a statement; it counts twice, as it takes the stack of two expressions. */
  statement<T>(range: SourceRange, work: () => T): T {
    this.enter(2);
    try {
      return work();
    } catch (error) {
      throw placed(error, range);
    } finally {
      this.depth -= 2;
    }
  }

  private enter(levels: number): void {
    if (this.depth + levels > MAX_DEPTH) throw tooDeep();
    this.depth += levels;
  }

  /** Python's truth of an expression. */
  test(node: Expression, scope: Scope): boolean {
    const value = this.evaluate(node, scope);
    this.range = node.range;
    return truth(value);
  }

  private valueOf(node: Expression, scope: Scope): PyValue {
    switch (node.kind) {
      case "name":
        return this.lookup(node.name, scope);
      case "literal":
        return node.value as PyValue;
      case "string":
        return node.value;
      case "group":
        return this.evaluate(node.inner, scope);
      case "binary": {
        const [left, right] = [this.evaluate(node.left, scope), this.evaluate(node.right, scope)];
        this.range = node.range;
        return binary(node.sign, left, right);
      }
      case "compare":
        return this.compared(node, scope);
      case "boolean":
        return this.either(node, scope);
      case "unary": {
        if (node.sign === "not") return !this.test(node.operand, scope);
        const operand = this.evaluate(node.operand, scope);
        this.range = node.range;
        return unary(node.sign, operand);
      }
      case "conditional":
        return this.evaluate(this.test(node.test, scope) ? node.then : node.otherwise, scope);
      case "call":
        return this.called(node, scope);
      case "attribute": {
        const object = this.evaluate(node.object, scope);
        this.range = node.range;
        return this.attribute(object, node.name);
      }
      case "index":
        return this.indexed(node.object, node.index, scope);
      case "lambda":
        return this.makeFunction(node, scope);
      case "comprehension":
        return comprehended(this, node, scope);
      case "formatted":
        return formatted(this, node, scope);
      default:
        return display(this, node, scope);
    }
  }

  /** All items of something to go through; each costs a step. */
  all(value: PyValue): PyValue[] {
    const items: PyValue[] = [];
    for (const item of iterate(value)) {
      this.budget.step();
      items.push(item);
    }
    return bounded(items);
  }

  private lookup(name: string, scope: Scope): PyValue {
    const value = scope.lookup(name);
    if (value === "unbound") {
      throw new RaspError("undefined-variable", `${name} is used before this function gives it a value.`);
    }
    if (value !== undefined) return value;
    if (this.failed.has(name)) throw new Unavailable();
    const meant = nearest(name, scope.visible());
    const next = meant === undefined ? this.options.unknown?.(name) : `Was ${meant} meant?`;
    throw new RaspError("undefined-variable", `${name} is not defined.`, null, next);
  }

  private compared(node: Extract<Expression, { kind: "compare" }>, scope: Scope): PyValue {
    let left = this.evaluate(node.first, scope);
    let result: PyValue = true;
    for (const [i, { sign, operand }] of node.rest.entries()) {
      const right = this.evaluate(operand, scope);
      this.range = node.range;
      result = compare(sign, left, right);
      // A chain is `and` of its parts.
      if (i < node.rest.length - 1 && !truth(result)) return result;
      left = right;
    }
    return result;
  }

  private either(node: Extract<Expression, { kind: "boolean" }>, scope: Scope): PyValue {
    const left = this.evaluate(node.left, scope);
    this.range = node.range;
    if (truth(left) === (node.sign === "or")) return left;
    return this.evaluate(node.right, scope);
  }

  private indexed(objectNode: Expression, index: Expression, scope: Scope): PyValue {
    const object = this.evaluate(objectNode, scope);
    if (index.kind !== "slice") return itemAt(object, this.evaluate(index, scope));
    const bound = (node: Expression | null): PyValue => (node === null ? null : this.evaluate(node, scope));
    return slice(object, { start: bound(index.start), stop: bound(index.stop), step: bound(index.step) });
  }

  private called(node: CallNode, scope: Scope): PyValue {
    const callee = this.evaluate(node.callee, scope);
    const positional: PyValue[] = [];
    const named = new Map<string, PyValue>();
    for (const argument of node.args) {
      const value = this.evaluate(argument.value, scope);
      if (argument.name !== null) {
        if (named.has(argument.name))
          throw new RaspError("arguments", `${argument.name} is given twice.`, argument.range);
        named.set(argument.name, value);
      } else if (argument.star === "*") positional.push(...this.all(value));
      else if (argument.star === "**") spread(value, named);
      else positional.push(value);
    }
    this.range = node.range;
    return this.call(callee, { positional, named });
  }

  /**
   * Calls anything that can be called.
   * @throws {RaspError}
   */
  call(callee: PyValue, args: CallArguments): PyValue {
    this.budget.step();
    if (callee instanceof PyFunction) return this.callFunction(callee, args);
    if (callee instanceof PyBuiltin) return callee.call(args);
    if (callee instanceof PyNamespace && callee.call !== null) return callee.call(args);
    const made = callee instanceof PyObject ? callee.call(args) : undefined;
    if (made !== undefined) return made;
    const what = isScalar(callee) ? repr(callee) : nameOfValue(callee);
    throw new RaspError("not-callable", `${capital(what)} is no function and cannot be called.`);
  }

  private callFunction(func: PyFunction, args: CallArguments): PyValue {
    const { node } = func;
    const bound = bindParameters(func, args);
    return this.budget.deeper(() => {
      const scope = new Scope(func.scope, node.kind === "def" ? assignedIn(node.body) : null);
      for (const [name, value] of bound) scope.values.set(name, value);
      if (node.kind === "lambda") return this.evaluate(node.body, scope);
      const outcome = runBody(this, node.body, scope);
      return outcome?.kind === "return" ? outcome.value : null;
    });
  }

  /** A function with the defaults that its parameters have now. */
  makeFunction(node: DefNode | LambdaNode, scope: Scope): PyFunction {
    const defaults = new Map<string, PyValue>();
    for (const parameter of node.parameters) {
      if (parameter.default !== null) defaults.set(parameter.name, this.evaluate(parameter.default, scope));
    }
    return new PyFunction(node, scope, defaults);
  }

  /**
   * `object.name`.
   * @throws {RaspError} "type" where there is none
   */
  attribute(object: PyValue, name: string): PyValue {
    const member = object instanceof PyNamespace ? object.members.get(name) : undefined;
    if (member !== undefined) return member;
    const made = object instanceof PyObject ? object.attribute(name) : methodOf(this, object, name);
    if (made !== undefined) return made;
    if (object instanceof PyNamespace) {
      const meant = nearest(name, [...object.members.keys()]);
      const next = meant === undefined ? undefined : `Was ${meant} meant?`;
      throw new RaspError("unsupported", `${object.name} has no ${name} here.`, null, next);
    }
    throw new RaspError("type", `${capital(nameOfValue(object))} has no ${name}.`);
  }
}

/** The error with a place; a stack that is smaller than expected is a limit like others. */
function placed(error: unknown, range: SourceRange): unknown {
  if (error instanceof RaspError) return error.at(range);
  return error instanceof RangeError ? tooDeep() : error;
}

function tooDeep(): RaspError {
  return new RaspError(
    "limit",
    "Calls and expressions are nested too deep.",
    null,
    "Look for a recursion that does not end.",
  );
}

/** Thrown where a name has no value because its own statement failed, which was reported already. */
export class Unavailable extends Error {}

function spread(value: PyValue, named: Map<string, PyValue>): void {
  if (!(value instanceof PyDict))
    throw new RaspError("type", `** spreads a dict, not ${nameOfValue(value)}.`);
  for (const [key, item] of value.entries.values()) {
    if (typeof key !== "string") throw new RaspError("type", "Names of arguments are strings.");
    named.set(key, item);
  }
}
