/** Parses expressions of the Python subset, by precedence. */
import type { SourceRange } from "../../source/range";
import { spanning } from "../../source/range";
import { parseAtom } from "./atoms";
import { parseLambda } from "./parameters";
import type { Argument, BinarySign, CompareSign, Expression, SliceNode } from "./tree";
import { SyntaxTrouble, type TokenStream } from "./tokenStream";

/** How tall a tree may grow: long sums grow it without nesting, and the interpreter recurses on it. */
const MAX_HEIGHT = 300;
const heights = new WeakMap<Expression, number>();

/** A node with its height noted. */
export function sized<T extends Expression>(stream: TokenStream, node: T, ...parts: Expression[]): T {
  let height = 1;
  for (const part of parts) height = Math.max(height, 1 + (heights.get(part) ?? 1));
  if (height > MAX_HEIGHT) {
    stream.report(node.range, "This expression is too long.", "Give parts of it names of their own.");
    throw new SyntaxTrouble("height");
  }
  heights.set(node, height);
  return node;
}

/** An expression without commas outside brackets. */
export function parseExpression(stream: TokenStream): Expression {
  return stream.nested(() => {
    if (stream.is("lambda")) return parseLambda(stream);
    const then = parseOr(stream);
    if (stream.is(":=")) throw stream.trouble("A name cannot be assigned inside an expression");
    if (!stream.accept("if")) return then;
    const test = parseOr(stream);
    stream.expect("else", "after the condition");
    const otherwise = parseExpression(stream);
    const range = spanning(then.range, otherwise.range);
    return sized(stream, { kind: "conditional", test, then, otherwise, range }, test, then, otherwise);
  });
}

/** What stands after `=`, `return` and `in`: expressions between commas are a tuple. */
export function parseExpressions(stream: TokenStream): Expression {
  const first = parseStarred(stream);
  if (!stream.is(",")) return first;
  const items = [first];
  while (stream.accept(",")) {
    if (!startsExpression(stream)) break;
    items.push(parseStarred(stream));
  }
  return sized(
    stream,
    { kind: "tuple", items, bracketed: false, range: stream.since(first.range) },
    ...items,
  );
}

/** An expression, perhaps with a star. */
export function parseStarred(stream: TokenStream): Expression {
  const star = stream.accept("*");
  if (star === null) return parseExpression(stream);
  const value = parseBinary(stream, 1);
  return sized(stream, { kind: "starred", value, range: spanning(star.range, value.range) }, value);
}

/** True where an expression can begin. */
export function startsExpression(stream: TokenStream): boolean {
  const { kind, text } = stream.peek();
  if (kind === "operator") return ["(", "[", "{", "-", "+", "~", "*"].includes(text);
  if (kind === "keyword") return ["True", "False", "None", "not", "lambda"].includes(text);
  return kind === "name" || kind === "int" || kind === "float" || kind === "string";
}

function parseOr(stream: TokenStream): Expression {
  return chain(stream, "or", () => chain(stream, "and", () => parseNot(stream)));
}

function chain(stream: TokenStream, sign: "and" | "or", operand: () => Expression): Expression {
  let left = operand();
  while (stream.accept(sign)) {
    const right = operand();
    const range = spanning(left.range, right.range);
    left = sized(stream, { kind: "boolean", sign, left, right, range }, left, right);
  }
  return left;
}

function parseNot(stream: TokenStream): Expression {
  const not = stream.accept("not");
  if (not === null) return parseComparison(stream);
  const operand = stream.nested(() => parseNot(stream));
  const range = spanning(not.range, operand.range);
  return sized(stream, { kind: "unary", sign: "not", operand, range }, operand);
}

const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in", "is"]);

function parseComparison(stream: TokenStream): Expression {
  const first = parseBinary(stream, 1);
  const rest: { sign: CompareSign; operand: Expression }[] = [];
  for (let sign = comparison(stream); sign !== null; sign = comparison(stream)) {
    rest.push({ sign, operand: parseBinary(stream, 1) });
  }
  if (rest.length === 0) return first;
  const operands = rest.map((part) => part.operand);
  const range = stream.since(first.range);
  return sized(stream, { kind: "compare", first, rest, range }, first, ...operands);
}

function comparison(stream: TokenStream): CompareSign | null {
  const { text, kind } = stream.peek();
  if (kind !== "operator" && kind !== "keyword") return null;
  if (text === "not" && stream.peek(1).text === "in") {
    stream.take();
    stream.take();
    return "not in";
  }
  if (!COMPARISONS.has(text)) return null;
  stream.take();
  return text === "is" && stream.accept("not") ? "is not" : (text as CompareSign);
}

const LEVELS: Readonly<Record<string, number>> = {
  "|": 1,
  "&": 2,
  "<<": 3,
  ">>": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "//": 5,
  "%": 5,
  "@": 5,
};

/** Binary operators of a level and above; all of them group to the left. */
export function parseBinary(stream: TokenStream, least: number): Expression {
  let left = parseUnary(stream);
  for (;;) {
    const sign = stream.peek();
    const level = sign.kind === "operator" ? (LEVELS[sign.text] ?? 0) : 0;
    if (level < least) return left;
    stream.take();
    const right = parseBinary(stream, level + 1);
    left = binary(stream, left, sign, right);
  }
}

function binary(
  stream: TokenStream,
  left: Expression,
  sign: { text: string; range: SourceRange },
  right: Expression,
): Expression {
  return sized(
    stream,
    {
      kind: "binary",
      sign: sign.text as BinarySign,
      left,
      right,
      signRange: sign.range,
      range: spanning(left.range, right.range),
    },
    left,
    right,
  );
}

function parseUnary(stream: TokenStream): Expression {
  const sign = stream.accept("-") ?? stream.accept("+") ?? stream.accept("~");
  if (sign === null) return parsePower(stream);
  const operand = stream.nested(() => parseUnary(stream));
  const range = spanning(sign.range, operand.range);
  return sized(stream, { kind: "unary", sign: sign.text as "-", operand, range }, operand);
}

/** `**` groups to the right and takes a sign on its right; `^` stands for it. */
function parsePower(stream: TokenStream): Expression {
  const base = parsePostfix(stream);
  const sign = stream.accept("**") ?? stream.accept("^");
  if (sign === null) return base;
  if (sign.text === "^") {
    stream.hint(
      sign.range,
      "power-sign",
      "^ is read as a power here, as in original RASP; Python writes ** (its own ^ is the exclusive or of bits).",
      "Write ** where the program should also run in Python.",
    );
  }
  const exponent = stream.nested(() => parseUnary(stream));
  return binary(stream, base, sign, exponent);
}

function parsePostfix(stream: TokenStream): Expression {
  let left = parseAtom(stream);
  for (;;) {
    const start = left.range;
    if (stream.accept("(")) {
      const args = parseArguments(stream);
      const parts = [left, ...args.map((argument) => argument.value)];
      left = sized(stream, { kind: "call", callee: left, args, range: stream.since(start) }, ...parts);
    } else if (stream.accept("[")) {
      const index = parseSubscript(stream);
      stream.expect("]", "after the index");
      left = sized(stream, { kind: "index", object: left, index, range: stream.since(start) }, left, index);
    } else if (stream.accept(".")) {
      const name = stream.peek();
      if (name.kind !== "name") throw stream.trouble("A name is missing after the point");
      stream.take();
      left = sized(
        stream,
        {
          kind: "attribute",
          object: left,
          name: name.text,
          nameRange: name.range,
          range: stream.since(start),
        },
        left,
      );
    } else return left;
  }
}

function parseArguments(stream: TokenStream): Argument[] {
  const args: Argument[] = [];
  while (!stream.is(")")) {
    args.push(parseArgument(stream));
    if (!stream.accept(",")) break;
  }
  stream.expect(")", "after the arguments");
  return args;
}

function parseArgument(stream: TokenStream): Argument {
  const start = stream.peek();
  const star = stream.accept("**") ?? stream.accept("*");
  if (star !== null) {
    const value = parseExpression(stream);
    return { name: null, star: star.text as "*", value, range: spanning(star.range, value.range) };
  }
  if (start.kind === "name" && stream.peek(1).text === "=" && stream.peek(1).kind === "operator") {
    stream.take();
    stream.take();
    const value = parseExpression(stream);
    return { name: start.text, star: "", value, range: spanning(start.range, value.range) };
  }
  const element = parseExpression(stream);
  const value = stream.is("for") ? parseComprehension(stream, "generator", element, null) : element;
  return { name: null, star: "", value, range: value.range };
}

/** `for … in … if …`, behind an element that was read. */
export function parseComprehension(
  stream: TokenStream,
  shape: "list" | "set" | "dict" | "generator",
  element: Expression,
  value: Expression | null,
): Expression {
  const clauses = [];
  const parts = value === null ? [element] : [element, value];
  while (stream.is("for")) {
    const start = stream.take().range;
    const target = parseTargets(stream);
    stream.expect("in", "after the names of for");
    const iterable = parseOr(stream);
    const conditions: Expression[] = [];
    while (stream.accept("if")) conditions.push(parseOr(stream));
    parts.push(target, iterable, ...conditions);
    clauses.push({ target, iterable, conditions, range: stream.since(start) });
  }
  const range = stream.since(element.range);
  return sized(stream, { kind: "comprehension", shape, element, value, clauses, range }, ...parts);
}

/** Names that `for` gives values to. */
export function parseTargets(stream: TokenStream): Expression {
  const first = parseTarget(stream);
  if (!stream.is(",")) return first;
  const items = [first];
  while (stream.accept(",")) {
    if (stream.is("in") || stream.is("=")) break;
    items.push(parseTarget(stream));
  }
  return sized(
    stream,
    { kind: "tuple", items, bracketed: false, range: stream.since(first.range) },
    ...items,
  );
}

function parseTarget(stream: TokenStream): Expression {
  const star = stream.accept("*");
  const value = parsePostfix(stream);
  if (star === null) return value;
  return sized(stream, { kind: "starred", value, range: spanning(star.range, value.range) }, value);
}

function parseSubscript(stream: TokenStream): Expression {
  const first = parseSlice(stream);
  if (!stream.is(",")) return first;
  const items = [first];
  while (stream.accept(",")) {
    if (stream.is("]")) break;
    items.push(parseSlice(stream));
  }
  const range = stream.since(first.range);
  return sized(stream, { kind: "tuple", items, bracketed: false, range }, ...items);
}

function parseSlice(stream: TokenStream): Expression {
  const begin = stream.peek().range;
  const start = stream.is(":") ? null : parseExpression(stream);
  if (!stream.accept(":")) return start ?? parseExpression(stream);
  const bound = (): Expression | null => (startsExpression(stream) ? parseExpression(stream) : null);
  const stop = bound();
  const step = stream.accept(":") ? bound() : null;
  const range = stream.since({ start: begin.start, end: begin.start });
  const node: SliceNode = { kind: "slice", start, stop, step, range };
  return sized(stream, node, ...[start, stop, step].filter((part) => part !== null));
}
