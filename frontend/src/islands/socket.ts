/**
 * A socket that comes back: a push is a nudge, the page is fetched again. After a drop it tries again, later each
 * time up to 15 seconds; while it is away `onLost` may poll.
 */
export interface Nudges {
  path: () => string;
  onMessage: (data: Record<string, unknown>) => void;
  onOpen?: (again: boolean) => void;
  onLost?: () => void;
}

export function listen(nudges: Nudges, owner: HTMLElement): void {
  let tries = 0;
  let opened = false;
  const connect = (): void => {
    if (!owner.isConnected) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${nudges.path()}`);
    socket.addEventListener("open", () => {
      tries = 0;
      nudges.onOpen?.(opened);
      opened = true;
    });
    socket.addEventListener("message", (event) => {
      if (!owner.isConnected) return socket.close();
      try {
        nudges.onMessage(JSON.parse(String(event.data)) as Record<string, unknown>);
      } catch {
        // Not ours to read; the next poll tells the truth.
      }
    });
    socket.addEventListener("close", () => {
      nudges.onLost?.();
      tries += 1;
      const wait = Math.min(15_000, 500 * 2 ** tries) * (0.75 + Math.random() / 2);
      setTimeout(connect, wait);
    });
  };
  connect();
}
