/** Patterns of hook names, as `blocks.*.attn.hook_pattern` and `blocks.{0..3}.hook_resid_post`. */
import { nearest } from "../base/nearest";
import { HookError, parseHook } from "./hooks";

/** Most names that the braces of one pattern may stand for. */
const mostNames = 10_000;

/** A list of names and patterns, separated by commas outside braces; empty entries stay. */
export function splitPatterns(text: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "{") depth++;
    if (char === "}") depth--;
    if (char === "," && depth <= 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}

/**
 * The hooks that a name or pattern stands for, in the model's order. `*` is any run of characters without a dot, `**`
 * also with dots; `{0..3}` is a range and `{attn,mlp}` a choice. The heads' results are large, so that only a pattern
 * that spells them out finds them.
 * @param hooks  names that the model has
 * A name that other models have stays: whoever reads it is told why this one lacks it.
 * @throws {HookError} "unknown-hook" when nothing fits; the message names the nearest that exists
 */
export function matchHooks(pattern: string, hooks: readonly string[]): string[] {
  const names = alternatives(pattern);
  const tests = names.map(
    (name) =>
      new RegExp(
        `^${name
          .split(/(\*\*?)/)
          .map(piece)
          .join("")}$`,
      ),
  );
  const found = hooks.filter(
    (hook) =>
      tests.some((test) => test.test(hook)) &&
      (!hook.endsWith("hook_result") || names.some((name) => name.endsWith("hook_result"))),
  );
  if (found.length > 0) return found;
  if (isHookName(pattern)) return [pattern];
  const asName = (names[0] ?? pattern).replaceAll(/\*+/g, "0");
  const near = nearest(asName, hooks);
  throw new HookError("unknown-hook", `No hook of this model fits "${pattern.slice(0, 80)}".`, {
    next: near
      ? `The nearest name is "${near}".`
      : "Run `introspect model` to list the hooks this model has.",
    details: { name: pattern, ...(near ? { near } : {}) },
  });
}

function isHookName(name: string): boolean {
  try {
    parseHook(name);
    return true;
  } catch {
    return false;
  }
}

function piece(part: string): string {
  if (part === "*") return "[^.]*";
  return part === "**" ? ".*" : part.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}

/** The names that braces stand for; a brace that is none of the two kinds is text. */
function alternatives(pattern: string): string[] {
  let names = [""];
  for (const part of pattern.slice(0, 1000).split(/(\{[^{}]*\})/)) {
    const choices = choicesOf(part);
    if (names.length * choices.length > mostNames) {
      const message = `The pattern "${pattern.slice(0, 80)}" stands for more than ${mostNames} names.`;
      throw new HookError("unknown-hook", message, { next: "Use fewer braces, or *." });
    }
    names = names.flatMap((name) => choices.map((choice) => name + choice));
  }
  return names;
}

function choicesOf(part: string): string[] {
  const range = /^\{(\d{1,5})\.\.(\d{1,5})\}$/.exec(part);
  if (range) {
    const [first, last] = [Number(range[1]), Number(range[2])];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => String(first + i));
  }
  return /^\{.*\}$/.test(part) ? part.slice(1, -1).split(",") : [part];
}
