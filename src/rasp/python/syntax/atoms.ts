/** Parses names, literals and displays. */
import type { SourceRange } from "../../source/range";
import { Float, toInt } from "../../values/atom";
import { parseBinary, parseComprehension, parseExpression, parseStarred, sized } from "./expressions";
import { lex } from "./lexer";
import { takeApart, unescaped } from "./strings";
import type { Expression, FormattedPart } from "./tree";
import { TokenStream } from "./tokenStream";
import type { Token } from "./token";

/** The innermost parts of expressions. */
export function parseAtom(stream: TokenStream): Expression {
  const token = stream.peek();
  switch (token.kind) {
    case "name":
      stream.take();
      return { kind: "name", name: token.text, range: token.range };
    case "int":
    case "float":
      stream.take();
      return { kind: "literal", value: numberOf(token), text: token.text, range: token.range };
    case "string":
      return parseStrings(stream);
    case "keyword":
      return parseKeyword(stream, token);
    case "operator":
      if (token.text === "(") return stream.nested(() => parseBracketed(stream));
      if (token.text === "[") return stream.nested(() => parseList(stream));
      if (token.text === "{") return stream.nested(() => parseBraces(stream));
  }
  throw stream.trouble("An expression is missing");
}

function parseKeyword(stream: TokenStream, { text, range }: Token): Expression {
  const constants = { True: true, False: false, None: null };
  if (Object.hasOwn(constants, text)) {
    stream.take();
    return { kind: "literal", value: constants[text as "True"], text, range };
  }
  if (text === "await" || text === "yield") throw stream.trouble(`${text} is not supported: nothing runs`);
  throw stream.trouble("An expression is missing");
}

function numberOf({ kind, text }: Token): ReturnType<typeof toInt> | Float {
  const digits = text.replaceAll("_", "").replace(/[jJ]$/, "");
  if (kind === "float") return new Float(Number(digits));
  // Long runs of digits take quadratic time; the lexer lets them through.
  const decimal = /^\d/.test(digits) && !/^0[xXoObB]/.test(digits) ? digits.replace(/^0+(?=\d)/, "") : digits;
  if (decimal.length > 5000) return 0;
  try {
    return toInt(BigInt(decimal));
  } catch {
    return 0;
  }
}

function parseStrings(stream: TokenStream): Expression {
  const start = stream.peek().range;
  const parts: FormattedPart[] = [];
  const texts: string[] = [];
  while (stream.peek().kind === "string") {
    const token = stream.take();
    texts.push(token.text);
    const { formatted, raw, inside, insideStart } = takeApart(token.text);
    const plain = (text: string): string => (raw ? text : unescaped(text));
    if (formatted) parts.push(...formattedParts(stream, inside, token.range.start + insideStart, plain));
    else parts.push(plain(inside));
  }
  const range = stream.since(start);
  const text = texts.join(" ");
  if (parts.every((part) => typeof part === "string"))
    return { kind: "string", value: parts.join(""), text, range };
  return sized(
    stream,
    { kind: "formatted", parts, text, range },
    ...parts.flatMap((part) => (typeof part === "string" ? [] : part.value)),
  );
}

function formattedParts(
  stream: TokenStream,
  inside: string,
  offset: number,
  plain: (text: string) => string,
): FormattedPart[] {
  const parts: FormattedPart[] = [];
  let at = 0;
  let text = "";
  while (at < inside.length) {
    const char = inside[at];
    if ((char === "{" || char === "}") && inside[at + 1] === char) {
      text += char;
      at += 2;
    } else if (char === "{") {
      parts.push(plain(text));
      text = "";
      const inner = lex(inside.slice(at + 1), offset + at + 1);
      const sub = new TokenStream(inner.tokens);
      const value = partOf(stream, sub, offset + at);
      const end = sub.peek().range.start - offset;
      const format = /^:([^{}]*)\}/.exec(inside.slice(end))?.[1];
      if (inside[end] !== "}" && format === undefined) {
        const range = { start: offset + at, end: offset + at + 1 };
        stream.report(range, "This { of an f-string is never closed, or holds more than an expression.");
        return parts;
      }
      parts.push({ value, format: format ?? "" });
      at = end + (format === undefined ? 1 : format.length + 2);
    } else {
      text += char;
      at++;
    }
  }
  parts.push(plain(text));
  return parts;
}

/** The expression inside braces; whatever is wrong with it is reported. */
function partOf(stream: TokenStream, sub: TokenStream, brace: number): Expression {
  try {
    return stream.nested(() => parseExpression(sub));
  } catch (error) {
    if (!hasError(sub) && !hasError(stream)) {
      stream.report({ start: brace, end: brace + 1 }, "What stands in these braces cannot be read.");
    }
    throw error;
  } finally {
    stream.diagnostics.push(...sub.diagnostics);
  }
}

function hasError({ diagnostics }: TokenStream): boolean {
  return diagnostics.some((one) => one.severity === "error");
}

function parseBracketed(stream: TokenStream): Expression {
  const start = stream.take().range;
  if (stream.accept(")")) return { kind: "tuple", items: [], bracketed: true, range: stream.since(start) };
  const first = parseStarred(stream);
  if (stream.is("for")) {
    const made = parseComprehension(stream, "generator", first, null);
    stream.expect(")", "after the comprehension");
    return { ...made, range: stream.since(start) };
  }
  if (!stream.is(",")) {
    stream.expect(")", "to close the bracket");
    return sized(stream, { kind: "group", inner: first, range: stream.since(start) }, first);
  }
  const items = [first, ...parseItems(stream, ")")];
  return sized(stream, { kind: "tuple", items, bracketed: true, range: stream.since(start) }, ...items);
}

/** Further items behind a first one, and the closing sign. */
function parseItems(stream: TokenStream, end: string): Expression[] {
  const items: Expression[] = [];
  while (stream.accept(",")) {
    if (stream.is(end)) break;
    items.push(parseStarred(stream));
  }
  stream.expect(end, "to close the bracket");
  return items;
}

function parseList(stream: TokenStream): Expression {
  const start = stream.take().range;
  if (stream.accept("]")) return { kind: "list", items: [], range: stream.since(start) };
  const first = parseStarred(stream);
  if (stream.is("for")) {
    const made = parseComprehension(stream, "list", first, null);
    stream.expect("]", "after the comprehension");
    return { ...made, range: stream.since(start) };
  }
  const items = [first, ...parseItems(stream, "]")];
  return sized(stream, { kind: "list", items, range: stream.since(start) }, ...items);
}

function parseBraces(stream: TokenStream): Expression {
  const start = stream.take().range;
  if (stream.accept("}")) return { kind: "dict", entries: [], range: stream.since(start) };
  if (stream.is("**")) return parseDict(stream, start, []);
  const first = parseStarred(stream);
  if (stream.accept(":")) {
    const value = parseExpression(stream);
    if (!stream.is("for")) return parseDict(stream, start, [[first, value]]);
    const made = parseComprehension(stream, "dict", first, value);
    stream.expect("}", "after the comprehension");
    return { ...made, range: stream.since(start) };
  }
  if (stream.is("for")) {
    const made = parseComprehension(stream, "set", first, null);
    stream.expect("}", "after the comprehension");
    return { ...made, range: stream.since(start) };
  }
  const items = [first, ...parseItems(stream, "}")];
  return sized(stream, { kind: "set", items, range: stream.since(start) }, ...items);
}

function parseDict(
  stream: TokenStream,
  start: SourceRange,
  entries: (readonly [Expression | null, Expression])[],
): Expression {
  while (entries.length === 0 || stream.accept(",")) {
    if (stream.is("}")) break;
    if (stream.accept("**")) entries.push([null, parseBinary(stream, 1)]);
    else {
      const key = parseExpression(stream);
      stream.expect(":", "after the key");
      entries.push([key, parseExpression(stream)]);
    }
  }
  stream.expect("}", "to close the dict");
  const parts = entries.flatMap(([key, value]) => (key === null ? [value] : [key, value]));
  return sized(stream, { kind: "dict", entries, range: stream.since(start) }, ...parts);
}
