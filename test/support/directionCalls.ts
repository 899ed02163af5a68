/** What tests of directions call: the command line on specs in a temporary folder, and what it wrote. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNpz } from "../../src/formats/npz";
import type { DirectionMade } from "../../src/protocol/direction";
import { cliJson } from "./cli";
import { inRepo } from "./paths";

/** The bundled model. */
export const smallModel = inRepo("models/introspect-small");

/** What `direction make` prints. */
export type PrintedDirection = DirectionMade & { readonly digest: string; readonly device: string };

/** What `read` prints. */
export interface PrintedReading {
  readonly layer: number | null;
  readonly layers?: readonly number[];
  readonly threshold: number | null;
  readonly tokens: readonly {
    readonly id: number;
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly score: number;
    readonly counted?: false;
    readonly generated?: true;
    readonly logProb?: number;
  }[];
}

/** Calls with files in one folder. */
export class DirectionCalls {
  constructor(private readonly folder: () => string) {}

  at(name: string): string {
    return join(this.folder(), name);
  }

  /** Writes a file, objects as JSON. */
  file(name: string, content: unknown): string {
    writeFileSync(this.at(name), typeof content === "string" ? content : JSON.stringify(content));
    return this.at(name);
  }

  make(spec: object, name = "f", dir = smallModel): Promise<PrintedDirection> {
    const path = this.file(`${name}.spec.json`, spec);
    return cliJson<PrintedDirection>("direction", "make", dir, path, "--out", this.at(`${name}.json`));
  }

  /** The vector that was written for a layer. */
  vector(name: string, layer: number): Float32Array {
    const arrays = readNpz(readFileSync(this.at(`${name}.npz`)));
    return arrays.get(`blocks.${layer}.hook_resid_post`)!.data as Float32Array;
  }

  /** The states of a text's positions, as `run` reads them. */
  async states(text: string, layer: number): Promise<Float32Array[]> {
    const hook = `blocks.${layer}.hook_resid_post`;
    await cliJson("run", smallModel, "--text", text, "--read", hook, "--out", this.at("read.npz"));
    const { shape, data } = readNpz(readFileSync(this.at("read.npz"))).get(hook)!;
    const width = shape[1]!;
    const rows = data as Float32Array;
    return Array.from({ length: shape[0]! }, (_, i) => rows.slice(i * width, (i + 1) * width));
  }
}
