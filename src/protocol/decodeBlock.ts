/** Decodes how an edge is blocked, for page and engine alike. */
import { blockModes, edgeControls, type BlockParams } from "./attentionEdge";
import { asInteger, asOneOf } from "./decode";

/**
 * The fields of a block among those of a call.
 * @throws {DecodeError} "bad-field"
 */
export function blockParamsOf(params: Readonly<Record<string, unknown>>): BlockParams {
  const { softmax, against, controls } = params;
  return {
    softmax: asOneOf(softmax, "params.softmax", blockModes),
    ...(against === undefined ? {} : { against: asInteger(against, "params.against", { min: 0 }) }),
    ...(controls === undefined ? {} : { controls: asOneOf(controls, "params.controls", edgeControls) }),
  };
}
