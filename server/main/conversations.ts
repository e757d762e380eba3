/** What is kept of what was said, in a cell: the recorder that follows its turns, and the word from any cell that a toy must forget. */
import { createRecorder } from "../family/conversation/record.ts";
import type { RecordPorts } from "../family/conversation/record.ts";
import { TALK_FORGOTTEN } from "../ports.ts";
import type { Bus, TurnNews } from "../ports.ts";
import type { Bridge } from "../voice/bridge.ts";

export interface Conversations {
  follower: TurnNews;
  /** Begins to hear the other cells; the answer stops it, when what waits is written down. */
  start(bridge: Pick<Bridge, "forget">): Promise<() => Promise<void>>;
}

export function openConversations(ports: RecordPorts & { bus: Bus }): Conversations {
  const recorder = createRecorder(ports);
  return {
    follower: recorder,
    async start(bridge) {
      const stop = await ports.bus.subscribe(TALK_FORGOTTEN, bridge.forget);
      return async () => {
        await stop();
        await recorder.close();
      };
    },
  };
}
