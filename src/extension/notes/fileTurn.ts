/** Windows take turns at a file that each reads, changes and writes whole: otherwise one would write over the other's change. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holdFile } from "../../download/lockFile";

/** Between two looks whether the other window is done. */
const lookMs = 15;

/**
 * Runs the job while no other process of this machine runs one for the same name. After `patienceMs` it is run all the
 * same: a note that a person wrote is not lost because another window hangs.
 */
export async function inTurn<T>(name: string, job: () => Promise<T>, patienceMs = 5000): Promise<T> {
  // In the system's folder, so that no workspace sees it.
  const mark = join(
    tmpdir(),
    `introspect-${createHash("sha256").update(name).digest("hex").slice(0, 24)}.turn`,
  );
  const deadline = Date.now() + patienceMs;
  let release: (() => Promise<void>) | null = null;
  while (release === null && Date.now() < deadline) {
    release = await holdFile(mark).catch(() => null);
    if (release === null) await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  try {
    return await job();
  } finally {
    await release?.();
  }
}
