/** What the thread of RASP programs answers. */
import type { RaspApi } from "../../protocol/raspApi";
import type { Handlers } from "../../protocol/rpc";
import { dialects } from "../dialects";
import { Repl } from "../original/repl";
import { MOST_CHARACTERS } from "../source/length";
import { analyse, type ReadBeside } from "./analyse";
import { draw } from "./draw";
import { generate } from "./generate";
import { libraryOf } from "./library";
import { printed } from "./printed";

/** The handlers; sessions of REPLs live in them. */
export function raspHandlers(read: ReadBeside): Handlers<RaspApi> {
  const sessions = new Map<number, Repl>();
  let last = 0;
  return {
    "rasp/analyse": (program) => analyse(program, read),
    "rasp/format": ({ dialect, text }) =>
      text.length > MOST_CHARACTERS ? null : dialects[dialect].format(text),
    "rasp/picture": (program) => draw(program, read),
    "rasp/run": (program) => printed(program, read),
    "rasp/library": ({ dialect }) => libraryOf(dialect),
    "rasp/generate": (program) => generate(program, read),
    "rasp/replOpen": ({ folder }) => {
      last += 1;
      sessions.set(last, new Repl({ load: (path) => read(folder, path) }));
      return { session: last };
    },
    "rasp/replLine": ({ session, line }) => {
      const repl = sessions.get(session);
      return repl === undefined ? { output: "", complete: true, ended: true } : repl.feed(line);
    },
    "rasp/replAbandon": ({ session }) => {
      sessions.get(session)?.abandon();
      return null;
    },
    "rasp/replClose": ({ session }) => {
      sessions.delete(session);
      return null;
    },
  };
}
