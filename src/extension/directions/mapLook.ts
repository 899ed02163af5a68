/** What the Map panel looks at: kept with the workspace, decoded when it is read. Pure, so that it can be tested. */
import { decodeTextMapSpec } from "../../protocol/decodeTextMap";
import { usualTextMap, type TextMapSpec } from "../../protocol/textMap";

/** Texts and how they are mapped; BOS is a setting, not a choice of the page. */
export interface MapLook {
  /** Address of the file; null for the shipped texts. */
  readonly uri: string | null;
  readonly spec: Omit<TextMapSpec, "bos">;
}

/** A look from what was stored; undefined where that is none. */
export function decodeMapLook(stored: unknown): MapLook | undefined {
  if (typeof stored !== "object" || stored === null) return undefined;
  const { uri, spec } = stored as Record<string, unknown>;
  if (uri !== null && typeof uri !== "string") return undefined;
  try {
    return { uri, spec: withoutBos(decodeTextMapSpec(spec, "spec")) };
  } catch {
    return { uri, spec: withoutBos(usualTextMap) };
  }
}

/** All of a spec that a look keeps. */
export function withoutBos({ bos: _, ...spec }: TextMapSpec): MapLook["spec"] {
  return spec;
}
