/** `introspect devices`: where graphs could run on this machine, and what CUDA lacks. */
import { cudaReport, searchedFolders } from "../../engine/cuda";
import { deviceStates } from "../../engine/devices";
import { onnxruntimeVersion, runtimeFolder } from "../../engine/ort";
import type { Command } from "../command";

/** Prints the devices of the runtime on this platform, each tried once. */
export const devicesCommand: Command = {
  name: "devices",
  summary: "devices that graphs could run on here, and what to install for CUDA",
  positionals: [],
  options: ["cuda-libraries"],
  async run({ args, out }) {
    const folder = args.values["cuda-libraries"] ?? process.env["INTROSPECT_CUDA_LIBRARIES"] ?? "";
    const { platform, env } = process;
    await out.value({
      onnxruntime: await onnxruntimeVersion(),
      platform: `${platform}-${process.arch}`,
      devices: await deviceStates(),
      cuda: cudaReport({
        platform,
        folder,
        runtime: runtimeFolder(),
        searched: searchedFolders(env, platform),
      }),
    });
  },
};
