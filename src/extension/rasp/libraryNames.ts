/** What each language provides; asked for once. */
import type { RaspDialect, RaspLibraryName } from "../../protocol/raspApi";
import type { RaspThread } from "./raspThread";

/** The names by language. */
export class LibraryNames {
  private readonly known = new Map<RaspDialect, Promise<readonly RaspLibraryName[]>>();

  constructor(private readonly thread: RaspThread) {}

  /** The names of a language; asked for again after a failure. */
  of(dialect: RaspDialect): Promise<readonly RaspLibraryName[]> {
    const known = this.known.get(dialect);
    if (known) return known;
    const asked = this.thread.call("rasp/library", { dialect });
    this.known.set(dialect, asked);
    asked.catch(() => this.known.delete(dialect));
    return asked;
  }
}
