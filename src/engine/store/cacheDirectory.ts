/** Where converted weights and digests are kept: one folder for the extension and the command line. */
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** What the choice depends on; left out, it is this machine's. */
export interface CachePlace {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The user's cache folder for this project, as the platform's rules have it. It need not exist. */
export function defaultCacheDirectory(
  { platform, env, home }: CachePlace = { platform: process.platform, env: process.env, home: homedir() },
): string {
  if (platform === "win32") {
    return join(env["LOCALAPPDATA"] || join(home, "AppData", "Local"), "introspect");
  }
  if (platform === "darwin") return join(home, "Library", "Caches", "introspect");
  const xdg = env["XDG_CACHE_HOME"];
  // The XDG specification has relative paths ignored.
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache"), "introspect");
}
