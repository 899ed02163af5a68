/** `introspect verify`: identity checks on a checkpoint. */
import { verify, verifyIds } from "../../analysis/verify";
import type { VerifyCheck, VerifyResult } from "../../protocol/verify";
import type { ChosenDevice } from "../../engine/devices";
import { defaultCacheDirectory } from "../../engine/store/cacheDirectory";
import { keepVerified } from "../../engine/store/verified";
import { CliError } from "../cliError";
import type { Command } from "../command";
import { withModel } from "../session";
import { lensToVerify, verifyLens } from "../verifyLens";

/** Prints the checks as a table in JSON; ends with an error when one failed. */
export const verifyCommand: Command = {
  name: "verify",
  summary:
    "identity checks on a checkpoint: hooks, edits, cache, chunks, lens, attribution; and on a trained lens",
  positionals: ["DIR"],
  options: ["lens", "file", "held-out", "tokens", "bos"],
  async run({ args, out, work }) {
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const device = open.device.name;
      requireDevice(work.device, open.device);
      const ids = verifyIds(open.runner);
      const digest = await open.digest(work);
      const lens = await lensToVerify(session, args, work);
      const checks: VerifyCheck[] = [];
      const ofLens: VerifyCheck[] = [];
      await out.text(`{"device":${JSON.stringify(device)},"nTokens":${ids.length},"checks":`);
      await out.list(each(verify(open.runner, ids, work), checks));
      if (lens !== null) {
        await out.text(`,"lens":${JSON.stringify(lens.lens.facts)},"lensChecks":`);
        await out.list(each(verifyLens(session, lens, ids, work), ofLens));
      }
      const failed = failedOf(checks);
      const allFailed = [...failed, ...failedOf(ofLens)];
      const facts: Omit<VerifyResult, "device" | "nTokens" | "checks"> = {
        passed: allFailed.length === 0,
        digest,
      };
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
      // What is wrong with a lens says nothing of the model.
      await keepVerified(defaultCacheDirectory(), digest, {
        device,
        passed: failed.length === 0,
        failed,
        at: new Date().toISOString(),
      });
      if (allFailed.length === 0) return;
      await out.text("\n");
      await out.flush();
      const message = `${allFailed.length} of ${checks.length + ofLens.length} checks failed: ${allFailed.join("; ")}.`;
      throw new CliError("verify-failed", message, {
        next:
          failed.length > 0
            ? "Do not trust numbers of this model on this device; report the printed table."
            : "Do not trust this lens; fit one to this model with `introspect lens-fit`.",
      });
    });
  },
};

const failedOf = (checks: readonly VerifyCheck[]): string[] =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

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
