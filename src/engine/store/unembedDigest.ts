/** The digest of a model's end: final norm, unembedding, scale and cap, as float32. Lenses are read through it. */
import { createHash, type Hash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { locateWeight, type WeightTable } from "../../graph/graphBuilder";
import type { ModelSpec } from "../../graph/modelSpec";

const chunkLength = 4 * 1024 * 1024;

/** SHA-256 as hex over the settings and the values of final norm and unembedding. */
export async function unembedDigest(
  { finalNorm, unembed }: Pick<ModelSpec, "finalNorm" | "unembed">,
  weights: WeightTable,
  directory: string,
): Promise<string> {
  const { kind = null, plusOne = false, epsilon = 0 } = finalNorm ?? {};
  const { scale, softCap, project } = unembed;
  const hash = createHash("sha256");
  hash.update(JSON.stringify({ kind, plusOne, epsilon, scale, softCap, layout: project?.layout ?? null }));
  const names = [
    finalNorm?.gain,
    finalNorm?.bias,
    project?.weight,
    project?.bias,
    unembed.weight,
    unembed.bias,
  ];
  for (const name of names) {
    hash.update(typeof name === "string" ? "+" : "-");
    if (typeof name === "string") await addWeight(hash, locateWeight(weights, name), directory);
  }
  return hash.digest("hex");
}

async function addWeight(
  hash: Hash,
  { file, offset, length }: { readonly file: string; readonly offset: number; readonly length: number },
  directory: string,
): Promise<void> {
  const handle = await open(join(directory, file), "r");
  try {
    const buffer = new Uint8Array(Math.min(length, chunkLength));
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle.read(
        buffer,
        0,
        Math.min(buffer.length, length - done),
        offset + done,
      );
      if (bytesRead === 0) return;
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
