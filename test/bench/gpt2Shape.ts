/** A checkpoint of GPT-2 small's shape with random weights, made once in the system's temporary folder. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRepo } from "../support/paths";

const config = {
  model_type: "gpt2",
  n_layer: 12,
  n_head: 12,
  n_embd: 768,
  n_positions: 1024,
  vocab_size: 50257,
  layer_norm_epsilon: 1e-5,
  activation_function: "gelu_new",
};

function shapes(): [string, number[]][] {
  const d = config.n_embd;
  const list: [string, number[]][] = [
    ["wte.weight", [config.vocab_size, d]],
    ["wpe.weight", [config.n_positions, d]],
  ];
  for (let l = 0; l < config.n_layer; l++) {
    const block: [string, number[]][] = [
      ["ln_1.weight", [d]],
      ["ln_1.bias", [d]],
      ["attn.c_attn.weight", [d, 3 * d]],
      ["attn.c_attn.bias", [3 * d]],
      ["attn.c_proj.weight", [d, d]],
      ["attn.c_proj.bias", [d]],
      ["ln_2.weight", [d]],
      ["ln_2.bias", [d]],
      ["mlp.c_fc.weight", [d, 4 * d]],
      ["mlp.c_fc.bias", [4 * d]],
      ["mlp.c_proj.weight", [4 * d, d]],
      ["mlp.c_proj.bias", [d]],
    ];
    for (const [name, shape] of block) list.push([`h.${l}.${name}`, shape]);
  }
  return [...list, ["ln_f.weight", [d]], ["ln_f.bias", [d]]];
}

/** Folder of the checkpoint and the bytes of its weights. */
export function gpt2ShapeCheckpoint(): { folder: string; weightBytes: number } {
  const folder = join(tmpdir(), "introspect-bench-gpt2-small");
  const header: Record<string, unknown> = {};
  let bytes = 0;
  for (const [name, shape] of shapes()) {
    const size = shape.reduce((a, b) => a * b, 1) * 4;
    header[`transformer.${name}`] = { dtype: "F32", shape, data_offsets: [bytes, bytes + size] };
    bytes += size;
  }
  if (!existsSync(join(folder, "model.safetensors"))) write(folder, header, bytes);
  if (!existsSync(join(folder, "tokenizer.json"))) writeTokenizer(folder);
  return { folder, weightBytes: bytes };
}

function write(folder: string, header: object, bytes: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  const json = Buffer.from(JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  const noise = Float32Array.from({ length: 1 << 20 }, () => (Math.random() - 0.5) * 0.04);
  const chunk = Buffer.from(noise.buffer);
  const file = openSync(join(folder, "model.partial"), "w");
  writeSync(file, Buffer.concat([prefix, json]));
  for (let left = bytes; left > 0; left -= chunk.length)
    writeSync(file, chunk, 0, Math.min(left, chunk.length));
  closeSync(file);
  renameSync(join(folder, "model.partial"), join(folder, "model.safetensors"));
}

/** The bundled model's tokenizer, its vocabulary filled up to the shape's with entries that no text has. */
function writeTokenizer(folder: string): void {
  const path = inRepo("models/introspect-small/tokenizer.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as { model: { vocab: Record<string, number> } };
  const { vocab } = json.model;
  const used = new Set(Object.values(vocab));
  for (let id = 0; id < config.vocab_size; id++) if (!used.has(id)) vocab[`<unused ${id}>`] = id;
  writeFileSync(join(folder, "tokenizer.partial"), JSON.stringify(json));
  renameSync(join(folder, "tokenizer.partial"), join(folder, "tokenizer.json"));
}
