/** Parses the parameters of functions and lambdas. */
import { spanning } from "../../source/range";
import { parseExpression, sized } from "./expressions";
import type { LambdaNode, Parameter } from "./tree";
import type { TokenStream } from "./tokenStream";

/** Parameters up to a closing sign, which stays. */
export function parseParameters(stream: TokenStream, end: ")" | ":"): Parameter[] {
  const parameters: Parameter[] = [];
  let hasDefault = false;
  let afterStar = false;
  while (!stream.is(end)) {
    const parameter = parseParameter(stream, end === ")");
    if (parameter === null) continue;
    const { name, nameRange, star } = parameter;
    if (name !== "" && parameters.some((other) => other.name === name)) {
      stream.report(nameRange, `The parameter ${name} is there twice.`);
    }
    if (star !== "") afterStar = true;
    else if (parameter.default !== null) hasDefault = true;
    else if (hasDefault && !afterStar) {
      stream.report(nameRange, `${name} needs a default, since a parameter before it has one.`);
    }
    parameters.push(parameter);
    if (!stream.accept(",")) break;
  }
  return parameters;
}

function parseParameter(stream: TokenStream, annotated: boolean): Parameter | null {
  const start = stream.peek().range;
  if (stream.is("/")) {
    // Parameters before it have no names for callers; here they may be named all the same.
    stream.take();
    stream.accept(",");
    return null;
  }
  const sign = stream.accept("**") ?? stream.accept("*");
  const star = (sign?.text ?? "") as Parameter["star"];
  if (star === "*" && stream.is(",")) {
    return { name: "", nameRange: start, star, annotation: null, default: null, range: start };
  }
  const name = stream.peek();
  if (name.kind !== "name") throw stream.trouble("The name of a parameter is missing");
  stream.take();
  const annotation = annotated && stream.accept(":") ? parseExpression(stream) : null;
  const value = stream.accept("=") ? parseExpression(stream) : null;
  return {
    name: name.text,
    nameRange: name.range,
    star,
    annotation,
    default: value,
    range: stream.since(start),
  };
}

/** `lambda …: …`. */
export function parseLambda(stream: TokenStream): LambdaNode {
  const start = stream.take().range;
  const parameters = parseParameters(stream, ":");
  stream.expect(":", "after the parameters of lambda");
  const body = parseExpression(stream);
  const defaults = parameters.flatMap((parameter) => parameter.default ?? []);
  const node: LambdaNode = { kind: "lambda", parameters, body, range: spanning(start, body.range) };
  return sized(stream, node, body, ...defaults);
}
