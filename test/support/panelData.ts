/** Data of panels as the engine answers it, with what it was made of: the way of the extension host, without an editor. */
import { silentLogger } from "../../src/base/log";
import { engineHandlers } from "../../src/engine/handlers";
import { ModelStore } from "../../src/engine/modelStore";
import { madeNow, madeOf, type RanText } from "../../src/extension/panels/made";
import type { EngineApi } from "../../src/protocol/engineApi";
import type { Made } from "../../src/protocol/made";
import type { ModelInfo, TextInput } from "../../src/protocol/model";
import type { FigureSource, Shown } from "../../webview/shared/exports/facts";
import { inRepo } from "./paths";

/** The version that pictures of tests say. */
export const testVersion = "9.9.9";

const services = { context: { extension: { packageJSON: { version: testVersion } } as never } };

/** An engine in this process, over the bundled model. */
export class PanelEngine {
  readonly path = inRepo("models/introspect-small");
  private readonly store: ModelStore;
  private readonly handlers;

  constructor(cacheDirectory: string) {
    this.store = new ModelStore({ cacheDirectory, logger: silentLogger });
    this.handlers = engineHandlers(this.store);
  }

  /** Calls a method of the engine. */
  async call<M extends keyof EngineApi>(
    method: M,
    params: EngineApi[M]["params"],
  ): Promise<EngineApi[M]["result"]> {
    const handle = this.handlers[method] as (p: unknown, work: object) => Promise<EngineApi[M]["result"]>;
    return handle(params, {});
  }

  /** The model with its digest. */
  async info(): Promise<ModelInfo> {
    const { path: model } = this;
    const { digest } = await this.call("model/digest", { model });
    return { ...(await this.call("model/open", { model })), digest };
  }

  /** What a figure draws on. */
  async source(shown: Shown, made: Made): Promise<FigureSource> {
    return { model: await this.info(), document: "a.ts", ran: null, made, shown };
  }

  dispose(): void {
    this.store.dispose();
  }
}

/** A whole text as panels ask about it. */
export function inputOf(text: string, rest: Partial<TextInput> = {}): TextInput {
  return { kind: "text", text, offset: 0, bos: "auto", ...rest };
}

/** What data of a run was made of. */
export const madeOfRun = (ran: RanText): Made => madeOf(services, ran);

/** The same for data without a window. */
export const madeOfTexts = (texts: Made["texts"]): Made =>
  madeNow(services, { bos: "auto", texts, start: 0, range: null });
