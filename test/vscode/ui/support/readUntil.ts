/** Waiting for what a page, a file or a server comes to. */
import { patience } from "./workbench";

/** Reads until it is as wanted, as long as patience lasts, and gives what was read last: for an assertion to judge. */
export async function readUntil<T>(read: () => T | Promise<T>, isWanted: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + patience; ;) {
    const value = await read();
    if (isWanted(value) || Date.now() > deadline) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
