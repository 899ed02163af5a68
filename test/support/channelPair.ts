/** Two channels joined in memory, for tests of the rpc peer: messages are cloned and arrive later, in order. */
import type { Channel } from "../../src/protocol/rpc";

/** One end of the pair; `inject` delivers a value here as if the other end had sent it. */
export interface TestChannel extends Channel {
  readonly sent: unknown[];
  inject(message: unknown): void;
}

interface End {
  onMessage: ((message: unknown) => void)[];
  onClose: (() => void)[];
  sent: unknown[];
}

/** Two joined ends; `close` ends both, `hold` keeps messages back until `release` delivers them in a chosen order. */
export function channelPair(): {
  left: TestChannel;
  right: TestChannel;
  close(): void;
  hold(): void;
  release(reorder?: (messages: (() => void)[]) => (() => void)[]): void;
} {
  const ends: [End, End] = [
    { onMessage: [], onClose: [], sent: [] },
    { onMessage: [], onClose: [], sent: [] },
  ];
  let held: (() => void)[] | null = null;
  let open = true;
  const make = (mine: End, theirs: End): TestChannel => ({
    sent: mine.sent,
    send(message) {
      const copy: unknown = structuredClone(message);
      mine.sent.push(copy);
      const deliver = (): void => {
        if (open) for (const listener of theirs.onMessage) listener(copy);
      };
      if (held) held.push(deliver);
      else queueMicrotask(deliver);
    },
    onMessage: (listener) => void mine.onMessage.push(listener),
    onClose: (listener) => void mine.onClose.push(listener),
    inject(message) {
      for (const listener of mine.onMessage) listener(message);
    },
  });
  return {
    left: make(ends[0], ends[1]),
    right: make(ends[1], ends[0]),
    close() {
      open = false;
      for (const end of ends) for (const listener of end.onClose) listener();
    },
    hold() {
      held = [];
    },
    release(reorder = (messages) => messages) {
      const waiting = held ?? [];
      held = null;
      for (const deliver of reorder(waiting)) deliver();
    },
  };
}
