import type { RaspProgram, RaspTokens } from "../../protocol/raspApi";
import type { ReadBeside } from "./analyse";
export function generate(_program: RaspProgram & { readonly most: number }, _read: ReadBeside): RaspTokens {
  return { prompt: [], generated: [], stop: null, ended: "limit" };
}
