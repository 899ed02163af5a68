/** The catalogue and the bundled model, as the command line finds them: beside its own bundle, or above it. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decodeCatalogue, type CatalogueEntry } from "../protocol/catalogue";
import { parseJson } from "../protocol/decode";
import { CliError } from "./cliError";

/** What comes with Introspect. */
export interface Shipped {
  readonly bundled: string;
  readonly catalogue: readonly CatalogueEntry[];
}

const bundledName = "introspect-small";

/**
 * Reads `models/catalogue.json` of the folder that this program is in, or of one above it.
 * @throws {CliError} "file-not-found"; {DecodeError} where the file is not one
 */
export async function shipped(from = __dirname): Promise<Shipped> {
  for (let at = from; ; at = dirname(at)) {
    const file = join(at, "models", "catalogue.json");
    const text = await readFile(file, "utf8").catch(() => null);
    if (text !== null) {
      const bundled = join(at, "models", bundledName);
      return { bundled, catalogue: decodeCatalogue(parseJson(text, file)) };
    }
    if (dirname(at) === at) break;
  }
  throw new CliError("file-not-found", "models/catalogue.json is not where this program is.", {
    next: "Run the program from the folder it was installed into.",
  });
}
