/** A file that says which process has something to itself, for windows and command lines that share a folder. */
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";

/** A mark without a number is being made; one this old was left so. */
const unfinishedMs = 10_000;

let aside = 0;

/** Makes the mark this process's own and gives what takes it away; null where a living process has it. */
export async function holdFile(mark: string): Promise<(() => Promise<void>) | null> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(mark, "wx");
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(mark, { force: true });
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code !== "EEXIST") throw thrown;
    }
    const text = await readFile(mark, "utf8").catch(() => null);
    if (text !== null && (await isHeld(mark, text))) return null;
    if (text !== null) await takeAway(mark, text);
  }
  return null;
}

async function isHeld(mark: string, text: string): Promise<boolean> {
  if (text !== "") return isAlive(Number(text));
  return Date.now() - (await stat(mark).catch(() => ({ mtimeMs: 0 }))).mtimeMs < unfinishedMs;
}

/** Takes a dead process's mark away, unless another process did that before and has its own there by now. */
async function takeAway(mark: string, dead: string): Promise<void> {
  const other = `${mark}.${process.pid}.${++aside}`;
  try {
    await rename(mark, other);
  } catch {
    return; // Another process was faster.
  }
  const text = await readFile(other, "utf8").catch(() => dead);
  if (text !== dead) await link(other, mark).catch(() => {});
  await rm(other, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as { code?: unknown }).code === "EPERM";
  }
}
