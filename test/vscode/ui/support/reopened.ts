/** A window closed and opened again, as by a reload. */
import assert from "node:assert/strict";
import { readUntil } from "./readUntil";
import { openWorkbench, type Workbench } from "./workbench";

/** Reads in a row that find the same: then nothing is on its way any more. */
const alike = 3;
/** VS Code may note something now and then for ever. */
const longestMs = 8000;

/** What VS Code has stored in the browser of the windows on this folder. */
function stored({ page, folder }: Workbench): Promise<string> {
  return page.evaluate(async (folder) => {
    // VS Code stores when the window loses the focus; here a window has it for ever.
    for (const name of ["focus", "blur"]) {
      document.hasFocus = () => name === "focus";
      window.dispatchEvent(new Event(name));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("not read"));
      });
    const texts: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith("vscode-web-state-db-") || name.endsWith("global")) continue;
      const base = await done(indexedDB.open(name));
      if (base.objectStoreNames.contains("ItemTable"))
        texts.push(
          JSON.stringify(await done(base.transaction("ItemTable").objectStore("ItemTable").getAll())),
        );
      base.close();
    }
    return texts.filter((text) => text.includes(folder)).join("\n");
  }, folder);
}

/**
 * The same folder in a new window, once VS Code has stored what it shows again: the open panel of this view type, and
 * nothing that changes any more.
 */
export async function reopened(workbench: Workbench, viewType: string): Promise<Workbench> {
  let before = "";
  let same = 0;
  const longEnough = Date.now() + longestMs;
  const isSettled = (text: string): boolean => {
    same = text === before ? same + 1 : 0;
    before = text;
    return (same >= alike || Date.now() > longEnough) && text.includes(viewType);
  };
  const text = await readUntil(() => stored(workbench), isSettled);
  assert.ok(text.includes(viewType), `VS Code has not stored that ${viewType} is open`);
  return openWorkbench({ folder: workbench.folder });
}
