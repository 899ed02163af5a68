/** What the RASP page says, checked before the host uses it. */
import { asInteger, asObject, asText, badField } from "./decode";
import type { RaspHostApi } from "./raspPanel";
import type { ParamDecoders } from "./rpc";

const maxStep = 1_000_000;
/** Units of a running example: a thousand tokens as the language writes them. */
const maxExample = 20_000;

const stepOf = (value: unknown): number => asInteger(value, "params.step", { min: 0, max: maxStep });

function decodeStep(params: unknown): { step: number } {
  return { step: stepOf(asObject(params, "params", ["step"])["step"]) };
}

/** Per method of the RASP page, the check of its parameters. */
export const raspCallDecoders: ParamDecoders<RaspHostApi> = {
  "rasp/reveal": decodeStep,
  "rasp/step": decodeStep,
  "rasp/hover": (params) => {
    const { step } = asObject(params, "params", ["step"]);
    return { step: step === null ? null : stepOf(step) };
  },
  "rasp/example": (params) => {
    const text = asText(asObject(params, "params", ["text"])["text"], "params.text");
    if (text.length > maxExample) throw badField("params.text", "is too long");
    return { text };
  },
  "rasp/generate": (params) => {
    const { steps } = asObject(params, "params", ["steps"]);
    if (steps !== 1 && steps !== "all") throw badField("params.steps", 'is neither 1 nor "all"');
    return { steps };
  },
  "rasp/generateReset": (params) => {
    asObject(params, "params", []);
    return {};
  },
};
