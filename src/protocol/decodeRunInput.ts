/** What a run reads, decoded: ids, or a text with what stands before it. */
import { bosPolicies } from "../base/bosPolicy";
import { asInteger, asList, asObject, asOneOf, asText } from "./decode";
import { contextKinds, type RunContext, type RunInput } from "./model";

const maxOffset = 2 ** 31 - 1;

const offsetAt = (value: unknown, path: string): number => asInteger(value, path, { min: 0, max: maxOffset });

/**
 * What a run reads, as it crosses a boundary.
 * @throws {DecodeError} "bad-field"
 */
export function decodeRunInput(value: unknown, path: string): RunInput {
  const input = asObject(value, path);
  if (asOneOf(input["kind"], `${path}.kind`, ["text", "ids"] as const) === "ids") {
    const ids = asList(input["ids"], `${path}.ids`);
    return { kind: "ids", ids: ids.map((id, i) => asInteger(id, `${path}.ids[${i}]`, { min: 0 })) };
  }
  return {
    kind: "text",
    text: asText(input["text"], `${path}.text`),
    offset: offsetAt(input["offset"], `${path}.offset`),
    ...(input["context"] === undefined ? {} : { context: contextOf(input["context"], `${path}.context`) }),
    ...(input["bos"] === undefined ? {} : { bos: asOneOf(input["bos"], `${path}.bos`, bosPolicies) }),
  };
}

function contextOf(value: unknown, path: string): RunContext {
  const context = asObject(value, path);
  const kind = asOneOf(context["kind"], `${path}.kind`, contextKinds);
  if (kind === "document") return { kind };
  const from = offsetAt(context["from"], `${path}.from`);
  return kind === "selection"
    ? { kind, from }
    : { kind, from, prefix: asText(context["prefix"], `${path}.prefix`) };
}
