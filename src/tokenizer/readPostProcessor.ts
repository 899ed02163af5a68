/** Checks the "post_processor" of a tokenizer.json: which ids it puts around a text. */
import { idAt, listAt, objectAt, textAt, type JsonObject } from "./jsonShape";
import { malformed, unsupported } from "./tokenizerError";

/** Ids before and after a text. */
export interface Surround {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const maxDepth = 8;

/**
 * The ids that the tokenizer itself adds to a single text.
 * @throws {TokenizerError} "tokenizer-malformed", "tokenizer-unsupported"
 */
export function readPostProcessor(value: unknown, where = "post_processor", depth = 0): Surround {
  if (value === null || value === undefined) return { before: [], after: [] };
  const processor = objectAt(value, where);
  const type = textAt(processor["type"], `${where}.type`);
  switch (type) {
    case "ByteLevel":
      return { before: [], after: [] };
    case "TemplateProcessing":
      return readTemplate(processor, where);
    case "RobertaProcessing":
    case "BertProcessing":
      return { before: [pairId(processor, "cls", where)], after: [pairId(processor, "sep", where)] };
    case "Sequence": {
      if (depth === maxDepth) throw malformed(where, "is nested too deep");
      const parts = listAt(processor["processors"], `${where}.processors`);
      return parts
        .map((part, i) => readPostProcessor(part, `${where}.processors[${i}]`, depth + 1))
        .reduce(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            after: [...inner.after, ...outer.after],
          }),
          { before: [], after: [] },
        );
    }
    default:
      throw unsupported(where, `is of the kind ${JSON.stringify(type.slice(0, 60))}`);
  }
}

function readTemplate(processor: JsonObject, where: string): Surround {
  const specials = objectAt(processor["special_tokens"], `${where}.special_tokens`);
  const before: number[] = [];
  const after: number[] = [];
  let place = before;
  for (const [i, value] of listAt(processor["single"], `${where}.single`).entries()) {
    const here = `${where}.single[${i}]`;
    const item = objectAt(value, here);
    if ("SpecialToken" in item) {
      const name = textAt(objectAt(item["SpecialToken"], here)["id"], `${here}.id`);
      if (!Object.hasOwn(specials, name)) throw malformed(here, "names a token that special_tokens lacks");
      const ids = listAt(objectAt(specials[name], here)["ids"], `${where}.special_tokens.ids`);
      place.push(...ids.slice(0, 64).map((id) => idAt(id, `${where}.special_tokens.ids`)));
    } else if (objectAt(item["Sequence"], here)["id"] === "A" && place === before) place = after;
    else throw malformed(here, "is not the text, once");
  }
  if (place === before) throw malformed(`${where}.single`, "lacks the text");
  return { before, after };
}

/** The id in a pair [name, id]. */
function pairId(processor: JsonObject, key: string, where: string): number {
  return idAt(listAt(processor[key], `${where}.${key}`)[1], `${where}.${key}`);
}
