/** Runs mocha inside a real extension host: opens a workbench page with the tests named in its address. */
import fs from "node:fs";
import util from "node:util";
import { chromium } from "playwright-core";
import { browserArgs } from "./browser.mjs";
import { workbenchUrl } from "./server.mjs";

/**
 * @param {{server: object, executable: string, folder: string, extension: string, tests: string, log: string,
 *   timeout?: number, screenshot?: string}} what `log`: file for the workbench's own console; `screenshot`: where to
 *   put a picture when the time is over
 * @returns {Promise<number>} the exit code that VS Code gave: 0 when run() resolved
 */
export async function runInHost({
  server,
  executable,
  folder,
  extension,
  tests,
  log,
  timeout = 600_000,
  screenshot,
}) {
  const browser = await chromium.launch({ executablePath: executable, args: browserArgs, headless: true });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    fs.writeFileSync(log, "");
    let finish;
    const ended = new Promise((resolve) => (finish = resolve));
    await page.exposeFunction("codeAutomationExit", (code) => finish(code));
    await page.exposeFunction("codeAutomationLog", (type, args) => {
      const line = util.format(...args);
      if (line.startsWith("test|")) console.log(line.slice(5));
      else fs.appendFileSync(log, `${type}: ${line}\n`);
    });
    await page.goto(workbenchUrl(server, { folder, extension, tests }));
    const late = new Promise((resolve) => setTimeout(() => resolve("late"), timeout).unref());
    const code = await Promise.race([ended, late]);
    if (code !== "late") return code;
    if (screenshot) await page.screenshot({ path: screenshot });
    console.error(`the tests in the extension host did not end within ${timeout / 1000} s; see ${log}`);
    return 1;
  } finally {
    await browser.close();
  }
}
