/** Reads a Hugging Face config.json field by field, refusing by name what would change the numbers unnoticed. */
import { GraphError } from "../../graph/graphError";
import type { Activation } from "../../graph/modelSpec";

/** config.json as parsed JSON. */
export type ModelConfig = Readonly<Record<string, unknown>>;

const activations: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  gelu_accurate: "gelu-tanh",
  gelu_python_tanh: "gelu-tanh",
  gelu_10: "gelu-clipped",
  quick_gelu: "gelu-quick",
  relu: "relu",
  relu2: "relu-squared",
  relu6: "relu-clipped",
  leaky_relu: "relu-leaky",
  silu: "silu",
  swish: "silu",
  mish: "mish",
  laplace: "laplace",
  tanh: "tanh",
  sigmoid: "sigmoid",
  linear: "identity",
};

/** A whole number of at least 1, no larger than any model needs. */
export function count(config: ModelConfig, key: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 1e8) return value;
  throw refuse(key, value, "a whole number of at least 1");
}

/** A whole number of at least 0. */
export function whole(config: ModelConfig, key: string, fallback?: number): number {
  return (config[key] ?? fallback) === 0 ? 0 : count(config, key, fallback);
}

/** A finite number. */
export function real(config: ModelConfig, key: string, fallback?: number): number {
  const value = config[key] ?? fallback;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw refuse(key, value, "a number");
}

/** A finite number above 0. */
export function positive(config: ModelConfig, key: string, fallback?: number): number {
  const value = real(config, key, fallback);
  if (value > 0) return value;
  throw refuse(key, value, "a number above 0");
}

/** What a norm adds to the variance: a finite number of at least 0. */
export function epsilonOf(config: ModelConfig, key: string, fallback?: number): number {
  const value = real(config, key, fallback);
  if (value >= 0) return value;
  throw refuse(key, value, "a number of at least 0");
}

/** A yes or no. */
export function flag(config: ModelConfig, key: string, fallback: boolean): boolean {
  const value = config[key] ?? fallback;
  if (typeof value === "boolean") return value;
  throw refuse(key, value, "true or false");
}

/** One of some names. */
export function choice<Name extends string>(
  config: ModelConfig,
  key: string,
  names: readonly Name[],
  fallback: Name,
): Name {
  const value = config[key] ?? fallback;
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw refuse(key, value, `one of ${names.join(", ")}`);
}

/** A nonlinearity, by transformers' name for it. */
export function activationOf(config: ModelConfig, key: string, fallback: string): Activation {
  const value = config[key] ?? fallback;
  const known =
    typeof value === "string" && Object.hasOwn(activations, value) ? activations[value] : undefined;
  if (known !== undefined) return known;
  throw refuse(key, value, `one of ${Object.keys(activations).join(", ")}`);
}

/** A number above 0, or null where config.json says null. */
export function optionalPositive(
  config: ModelConfig,
  key: string,
  fallback: number | null = null,
): number | null {
  const value = config[key] === undefined ? fallback : config[key];
  if (value === null) return null;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw refuse(key, value, "a number above 0, or null,");
}

/** Refuses a setting that is not the one this project computes; an absent one, or null, is taken as that. */
export function expect(config: ModelConfig, key: string, wanted: unknown): void {
  const value = config[key];
  if ((value ?? null) !== null && value !== wanted) throw refuse(key, value, JSON.stringify(wanted));
}

/** The error for a setting that this project does not honour. */
export function refuse(key: string, value: unknown, wanted: string): GraphError {
  const said = JSON.stringify(value)?.slice(0, 80) ?? "nothing";
  return new GraphError("unsupported-config", `config.json has ${key} = ${said}; ${wanted} was expected.`, {
    next: "Check the checkpoint's config.json, or choose another model.",
    details: { key },
  });
}
