/** `introspect verify`: identity checks on a checkpoint. */
import { verify, verifyIds } from "../../analysis/verify";
import type { VerifyCheck, VerifyResult } from "../../protocol/verify";
import type { ChosenDevice } from "../../engine/devices";
import { defaultCacheDirectory } from "../../engine/store/cacheDirectory";
import { keepVerified } from "../../engine/store/verified";
import { CliError } from "../cliError";
import type { Command } from "../command";
import { withModel } from "../session";

/** Prints the checks as a table in JSON; ends with an error when one failed. */
export const verifyCommand: Command = {
  name: "verify",
  summary: "identity checks on a checkpoint: hooks, edits, cache, chunks, lens, attribution",
  positionals: ["DIR"],
  options: [],
  async run({ args, out, work }) {
    await withModel(args.positionals[0], work, async ({ open }) => {
      const device = open.device.name;
      requireDevice(work.device, open.device);
      const ids = verifyIds(open.runner);
      const digest = await open.digest(work);
      const checks: VerifyCheck[] = [];
      await out.text(`{"device":${JSON.stringify(device)},"nTokens":${ids.length},"checks":`);
      await out.list(each(verify(open.runner, ids, work), checks));
      const failed = checks.filter(({ passed }) => !passed).map(({ check }) => check);
      const facts: Omit<VerifyResult, "device" | "nTokens" | "checks"> = {
        passed: failed.length === 0,
        digest,
      };
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
      await keepVerified(defaultCacheDirectory(), digest, {
        device,
        passed: facts.passed,
        failed,
        at: new Date().toISOString(),
      });
      if (failed.length === 0) return;
      await out.text("\n");
      await out.flush();
      const message = `${failed.length} of ${checks.length} checks failed: ${failed.join("; ")}.`;
      throw new CliError("verify-failed", message, {
        next: "Do not trust numbers of this model on this device; report the printed table.",
      });
    });
  },
};

/** What is verified must be what was asked for, not what was used instead. */
function requireDevice(asked: string | undefined, { name, note }: ChosenDevice): void {
  if (asked === undefined || asked === "auto" || asked === name) return;
  throw new CliError("device-unavailable", `${asked} cannot be verified here. ${note ?? ""}`.trim(), {
    next: "Run `introspect devices`.",
  });
}

async function* each(made: AsyncIterable<VerifyCheck>, all: VerifyCheck[]): AsyncGenerator<VerifyCheck[]> {
  for await (const check of made) {
    all.push(check);
    yield [check];
  }
}
