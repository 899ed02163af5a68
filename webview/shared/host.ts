/** The page's end of the boundary to the extension host. */
import type { Pointed } from "../../src/protocol/focus";
import {
  type HostApi,
  type PanelData,
  type PanelEvents,
  type PanelId,
  type PanelState,
} from "../../src/protocol/panelApi";
import { RpcPeer, type Channel } from "../../src/protocol/rpc";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What a page may ask of the host. */
export interface Host {
  /** Calls a method of the host; a refusal is announced by the host's next snapshot, so nobody has to wait for it. */
  ask<M extends keyof HostApi>(method: M, params: HostApi[M]["params"]): void;
  /** The same, for callers that show the outcome themselves. */
  request<M extends keyof HostApi>(method: M, params: HostApi[M]["params"]): Promise<HostApi[M]["result"]>;
  /** How the page was arranged; kept by the editor while the page is hidden. Never data. */
  readonly memory: Memory;
}

/** Small values by name that survive hiding and reloading. */
export interface Memory {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** Any panel's snapshot. */
export type AnyState = PanelState<PanelData[PanelId]>;

/** Connects to the host and asks for the current snapshot; `onState` gets every snapshot, `onPointed` where one points, `onFailure` what failed. */
export function connect(
  { onState, onPointed }: { onState: (state: AnyState) => void; onPointed: (pointed: Pointed) => void },
  onFailure: (error: unknown) => void,
): Host {
  const api = acquireVsCodeApi();
  const channel: Channel = {
    send: (message) => api.postMessage(message),
    onMessage: (listener) => window.addEventListener("message", (event) => listener(event.data)),
    // A page that loses its host is destroyed by the editor; it has nobody left to tell.
    onClose: () => {},
  };
  const peer = new RpcPeer<Record<never, never>, HostApi, Record<never, never>, PanelEvents>(
    channel,
    {},
    { remote: "host" },
  );
  peer.onEvent("panel/state", onState);
  peer.onEvent("panel/pointed", onPointed);
  peer.request("page/ready", {}).then(onState, onFailure);
  return {
    request: (method, params) => peer.request(method, params),
    ask: (method, params) => void peer.request(method, params).catch(onFailure),
    memory: memoryOf(api),
  };
}

function memoryOf(api: VsCodeApi): Memory {
  const read = (): Record<string, string> => {
    const kept = api.getState();
    return typeof kept === "object" && kept !== null ? { ...(kept as Record<string, string>) } : {};
  };
  return {
    get: (name) => {
      const value = read()[name];
      return typeof value === "string" ? value : undefined;
    },
    set: (name, value) => api.setState({ ...read(), [name]: value }),
  };
}
