/** Files about directions that come with the program, found beside the running bundle or above it. */
import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EngineError } from "../engineError";

/**
 * Where a file of media/directions is.
 * @throws {EngineError} "bad-request" where it is not installed
 */
export async function shippedFile(name: string, from = __dirname): Promise<string> {
  for (let at = from; ; at = dirname(at)) {
    const file = join(at, "media", "directions", name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
    if (dirname(at) === at) break;
  }
  throw new EngineError("bad-request", `media/directions/${name} is not where this program is.`, {
    next: "Run the program from the folder it was installed into.",
  });
}
