/**
 * Following what happens, over sockets. A push is only a hint: every message carries its number, a connection that
 * comes back asks for what came after the last one, and when sockets do not work the API is polled instead.
 * docs/live.md describes the messages.
 */

/** One thing that happened to a booking. */
export interface BookingEvent {
  seq: number;
  type: string;
  at: string;
  status: string;
  start?: string;
  end?: string;
}

/** A booking of an outlet changed: fetch the board again, or this row of it. */
export interface BoardEvent {
  type: string;
  booking: string;
  seq: number;
  at: string;
  status: string;
}

/**
 * How it goes: `live` by socket, `reconnecting`, `polling` ("checking every few seconds"), or `ended`: there is
 * nothing to see, or no longer for this reader, and nothing more will come.
 */
export type LiveState = "live" | "reconnecting" | "polling" | "ended";

export interface Following {
  /** Ends it; nothing is called afterwards. */
  stop(): void;
}

const POLL_EVERY = 4_000;
const LOOK_EVERY = 30_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const SOCKET_AGAIN_AFTER = 30_000;
// After this many attempts in a row that failed, poll.
const FAILURES = 2;
// The server closes with these when coming back is of no use.
const FINAL = new Set([4400, 4404]);

interface Source {
  path: () => string;
  onMessage: (message: Record<string, unknown>) => void;
  /** The socket works (again). */
  onOpen?: () => void;
  /** Asked while sockets do not work; answers false when there is nothing left to ask for. */
  poll: () => Promise<boolean>;
  pollEvery: number;
  onState?: ((state: LiveState) => void) | undefined;
}

/** Keeps one socket open, or polls; everything below is made of this. */
function keep(source: Source): Following {
  let socket: WebSocket | null = null;
  let failures = 0;
  let timer = 0;
  let poller = 0;
  let told: LiveState | "" = "";
  let over = false;

  const say = (state: LiveState): void => {
    if (over || state === told) return;
    told = state;
    source.onState?.(state);
  };

  const end = (): void => {
    say("ended");
    stop();
  };

  const pollOnce = async (): Promise<void> => {
    if (over) return;
    try {
      if (!(await source.poll())) end();
    } catch {
      // The server or the network is away: the next round may find it.
    }
  };

  const startPolling = (): void => {
    if (poller) return;
    say("polling");
    void pollOnce();
    poller = window.setInterval(() => void pollOnce(), source.pollEvery);
  };

  const stopPolling = (): void => {
    clearInterval(poller);
    poller = 0;
  };

  const connect = (): void => {
    clearTimeout(timer);
    if (over || socket) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = new WebSocket(`${scheme}//${location.host}${source.path()}`);
    socket = mine;
    let proven = 0;
    const works = (): void => {
      if (!proven) return;
      clearTimeout(proven);
      proven = 0;
      failures = 0;
      stopPolling();
      say("live");
      source.onOpen?.();
    };
    mine.addEventListener("open", () => {
      // A refusal is an accepted connection that is closed at once: it counts only when it lasts or speaks.
      proven = window.setTimeout(works, 250);
    });
    mine.addEventListener("message", (event) => {
      if (over) return;
      works();
      source.onMessage(JSON.parse(String(event.data)) as Record<string, unknown>);
    });
    mine.addEventListener("close", (event) => {
      clearTimeout(proven);
      proven = 0;
      if (socket === mine) socket = null;
      if (over) return;
      if (FINAL.has(event.code)) return end();
      failures += 1;
      if (failures >= FAILURES) startPolling();
      else say("reconnecting");
      timer = window.setTimeout(connect, wait());
    });
  };

  /** Milliseconds: twice as long each time, spread so that not everybody comes back at once. */
  const wait = (): number => {
    const longest = poller ? SOCKET_AGAIN_AFTER : LONGEST_WAIT;
    return Math.min(longest, FIRST_WAIT * 2 ** (failures - 1)) * (0.5 + Math.random());
  };

  // Back from a tunnel or from another tab: do not sit out the wait.
  const hurry = (): void => {
    if (document.visibilityState === "visible" && !socket) connect();
  };
  window.addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);

  const stop = (): void => {
    over = true;
    clearTimeout(timer);
    stopPolling();
    window.removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurry);
    socket?.close();
  };

  connect();
  return { stop };
}

/**
 * Follows the booking `ref` after event number `after`: `onEvent` gets each event once and in order, whichever way
 * it came.
 */
export function follow(
  ref: string,
  options: {
    after: number;
    onEvent: (event: BookingEvent) => void;
    onState?: (state: LiveState) => void;
  },
): Following {
  let last = options.after;
  const take = (event: BookingEvent): void => {
    if (event.seq <= last) return;
    last = event.seq;
    options.onEvent(event);
  };
  const booking = encodeURIComponent(ref);
  return keep({
    path: () => `/ws/bookings/${booking}?after=${last}`,
    onMessage: (message) => take(message as unknown as BookingEvent),
    poll: async () => {
      const answer = await fetch(`/api/v1/bookings/${booking}/events?after=${last}`, { cache: "no-store" });
      if (answer.status === 401 || answer.status === 404) return false;
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const { items } = (await answer.json()) as { items: BookingEvent[] };
      items.forEach(take);
      return true;
    },
    pollEvery: POLL_EVERY,
    onState: options.onState,
  });
}

/**
 * Calls `onChange` when open time of the outlet may have changed between two instants (RFC 3339), or with nulls when
 * any of it may have: at each opening, and every 30 seconds while sockets do not work.
 */
export function watchSlots(
  outlet: string,
  onChange: (from: string | null, to: string | null) => void,
  onState?: (state: LiveState) => void,
): Following {
  return keep({
    path: () => `/ws/outlets/${encodeURIComponent(outlet)}/slots`,
    onMessage: (message) => {
      if (message["type"] === "slots_changed") {
        onChange(message["from"] as string | null, message["to"] as string | null);
      }
    },
    // At the first opening, too: something may have changed since the page was rendered.
    onOpen: () => onChange(null, null),
    poll: () => {
      onChange(null, null);
      return Promise.resolve(true);
    },
    pollEvery: LOOK_EVERY,
    onState,
  });
}

/**
 * Follows an outlet's board: `onEvent` for each change, `onRefetch` when some may have been missed (at each
 * opening, and every few seconds while sockets do not work).
 */
export function watchBoard(
  outlet: string,
  options: {
    onEvent: (event: BoardEvent) => void;
    onRefetch: () => void;
    onState?: (state: LiveState) => void;
  },
): Following {
  return keep({
    path: () => `/ws/board/${encodeURIComponent(outlet)}`,
    onMessage: (message) => options.onEvent(message as unknown as BoardEvent),
    onOpen: () => options.onRefetch(),
    poll: () => {
      options.onRefetch();
      return Promise.resolve(true);
    },
    pollEvery: POLL_EVERY,
    onState: options.onState,
  });
}

/** Calls `onChange` when something happened that may bear on a place in a queue, at each opening too. */
export function watchQueue(place: string, onChange: () => void): Following {
  return keep({
    path: () => `/ws/queue/${encodeURIComponent(place)}`,
    onMessage: () => onChange(),
    onOpen: onChange,
    poll: () => {
      onChange();
      return Promise.resolve(true);
    },
    pollEvery: LOOK_EVERY,
  });
}
