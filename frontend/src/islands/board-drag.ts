import { dropTalk } from "./board-drop";
import { firstTime } from "./once";

/**
 * Visits are dragged over the server's own grid: along a column to another time, to another person's column, by the lower
 * edge to another length. Nothing is decided here: the server says what a drop would do, and does it when it is agreed.
 * With a finger it begins with a long press, so that the page still scrolls; Escape puts back.
 *
 * Marks: #board[data-drag] (data-zone, data-grid in minutes) with .board__body[data-lane][data-from]; visits that move are
 * li[data-visit]. What is asked then, and done, is board-drop's.
 */
const STEADY = 5;
const LONG_PRESS = 400;
const EDGE = 48;
const SCROLL = 12;
const MINUTE = 60_000;

interface Lane {
  body: HTMLElement;
  who: string;
  unit: boolean;
  from: number;
  left: number;
  right: number;
  top: number;
}

interface Held {
  id: number;
  item: HTMLElement;
  resize: boolean;
  touch: boolean;
  x: number;
  y: number;
  lanes: Lane[];
  lane: Lane;
  home: Lane;
  /** Pixels of a minute, and of the grid's step. */
  minute: number;
  step: number;
  /** Where the visit's block begins and how long it is, in pixels from the lane's top. */
  top: number;
  height: number;
  /** What the block's own beginning is, in ms. */
  at: number;
  minutes: number;
  ghost: HTMLElement;
  label: HTMLElement;
  frame: number;
  pointer: { x: number; y: number };
  scrolled: { x: number; y: number };
  /** Let go of, and the server is asked: it stays where it was dropped. */
  dropped: boolean;
}

export function start(root: HTMLElement): void {
  if (!firstTime(root, "Drag")) return;
  const dialog = root.querySelector<HTMLDialogElement>("#drop");
  if (!dialog) return;
  let held: Held | null = null;
  let pressed: { item: HTMLElement; event: PointerEvent; timer: number } | null = null;
  /** A click follows the end of a drag: it opens nothing. */
  let swallow = 0;

  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  /** While something is held or asked, the board is not put in anew; what was missed comes after. */
  const busy = (on: boolean): void => {
    if (on) root.dataset["busy"] = "1";
    else {
      delete root.dataset["busy"];
      if (root.dataset["missed"]) root.dispatchEvent(new Event("board:settled"));
    }
  };

  // Taking hold

  root.addEventListener("pointerdown", (event) => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>("li[data-visit]") : null;
    if (!item || event.button !== 0 || !event.isPrimary || held || (event.target as Element).closest("[data-move]")) return;
    const timer = event.pointerType === "mouse" ? 0 : window.setTimeout(() => take(event.clientX, event.clientY), LONG_PRESS);
    pressed = { item, event, timer };
    busy(true);
  });

  const letGo = (): void => {
    if (!pressed) return;
    clearTimeout(pressed.timer);
    pressed = null;
    busy(false);
  };

  const take = (x: number, y: number): void => {
    if (!pressed) return;
    const { item, event } = pressed;
    letGo();
    const board = item.closest<HTMLElement>("#board");
    const body = item.closest<HTMLElement>("[data-lane]");
    if (!board || !body) return;
    const lanes = [...board.querySelectorAll<HTMLElement>("[data-lane]")].map(measured).filter((lane) => lane.right > lane.left);
    const home = lanes.find((lane) => lane.body === body);
    if (!home) return;
    const rect = item.getBoundingClientRect();
    const minute = parseFloat(getComputedStyle(board).getPropertyValue("--hour")) * parseFloat(getComputedStyle(document.documentElement).fontSize) / 60;
    const resize = event.target instanceof Element && event.target.closest("[data-grip]") !== null;
    const ghost = item.cloneNode(true) as HTMLElement;
    ghost.className = "block__place board__ghost";
    ghost.removeAttribute("data-visit");
    ghost.setAttribute("aria-hidden", "true");
    for (const link of ghost.querySelectorAll("a")) link.removeAttribute("href");
    const label = document.createElement("span");
    label.className = "board__ghost-time";
    ghost.append(label);
    const top = rect.top - home.top;
    ghost.style.top = "0";
    ghost.style.height = `${rect.height}px`;
    home.body.append(ghost);
    home.body.classList.add("is-source");
    item.classList.add("is-held");
    held = {
      id: event.pointerId,
      item,
      resize,
      touch: event.pointerType !== "mouse",
      x,
      y,
      lanes,
      lane: home,
      home,
      minute,
      step: minute * Number(board.dataset["grid"] || 15),
      top,
      height: rect.height,
      at: Date.parse(item.dataset["at"] ?? ""),
      minutes: Number(item.dataset["lasts"] ?? 0),
      ghost,
      label,
      frame: 0,
      pointer: { x, y },
      scrolled: { x: board.scrollLeft, y: window.scrollY },
      dropped: false,
    };
    busy(true);
    if (held.touch) navigator.vibrate?.(10);
    draw();
  };

  const measured = (body: HTMLElement): Lane => {
    const rect = body.getBoundingClientRect();
    return {
      body,
      who: body.dataset["lane"] ?? "",
      unit: "unit" in body.dataset,
      from: Date.parse(body.dataset["from"] ?? ""),
      left: rect.left,
      right: rect.right,
      top: rect.top,
    };
  };

  // Moving

  const clock = (at: number): string => {
    const zone = held?.item.closest<HTMLElement>("#board")?.dataset["zone"];
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone ?? "UTC" }).format(at);
  };

  /** Minutes from the lane's top at which the block would begin, on the grid. */
  const wanted = (grab: Held): number => {
    const dy = grab.pointer.y - grab.y + (window.scrollY - grab.scrolled.y);
    const grid = grab.step / grab.minute;
    return Math.max(0, Math.round((grab.top + dy) / grab.minute / grid) * grid);
  };

  const length = (grab: Held): number => {
    const dy = grab.pointer.y - grab.y + (window.scrollY - grab.scrolled.y);
    return Math.max(5, Math.round((grab.minutes + dy / grab.minute) / 5) * 5);
  };

  const draw = (): void => {
    if (!held) return;
    held.frame = 0;
    const grab = held;
    const board = grab.item.closest<HTMLElement>("#board");
    const dx = (board?.scrollLeft ?? 0) - grab.scrolled.x;
    if (grab.resize) {
      const minutes = length(grab);
      grab.ghost.style.transform = `translateY(${grab.top}px)`;
      grab.ghost.style.height = `${Math.max(8, grab.height + (minutes - grab.minutes) * grab.minute)}px`;
      grab.label.textContent = `→ ${clock(Date.parse(grab.item.dataset["itemFrom"] ?? "") + minutes * MINUTE)}`;
    } else {
      const x = grab.pointer.x + dx;
      const over = grab.lanes.find((lane) => x >= lane.left && x < lane.right);
      // A bay comes with the person: within its own column only the time changes.
      if (over && (over === grab.home || (!over.unit && !grab.home.unit))) grab.lane = over;
      const minutes = wanted(grab);
      grab.ghost.style.transform = `translate(${grab.lane.left - grab.home.left}px, ${minutes * grab.minute}px)`;
      const words = clock(grab.lane.from + minutes * MINUTE);
      if (grab.label.textContent !== words) grab.label.textContent = words;
    }
    scrollAlong(board, grab);
  };

  /** Near an edge the page, or the board, goes along. */
  const scrollAlong = (board: HTMLElement | null, grab: Held): void => {
    const { x, y } = grab.pointer;
    const vertical = y < EDGE ? -SCROLL : y > innerHeight - EDGE ? SCROLL : 0;
    const sideways = x < EDGE ? -SCROLL : x > innerWidth - EDGE ? SCROLL : 0;
    const [was, wasX] = [scrollY, board?.scrollLeft];
    if (vertical) window.scrollBy(0, vertical);
    if (sideways && board && !grab.resize) board.scrollLeft += sideways;
    if (scrollY !== was || board?.scrollLeft !== wasX) redraw();
  };

  const redraw = (): void => {
    if (held && !held.frame) held.frame = requestAnimationFrame(draw);
  };

  document.addEventListener("pointermove", (event) => {
    if (held) {
      if (held.dropped || event.pointerId !== held.id) return;
      held.pointer = { x: event.clientX, y: event.clientY };
      redraw();
    } else if (pressed && event.pointerId === pressed.event.pointerId) {
      const far = Math.hypot(event.clientX - pressed.event.clientX, event.clientY - pressed.event.clientY) > STEADY;
      if (!far) return;
      // A finger that moves at once scrolls; a mouse drags.
      if (pressed.timer) letGo();
      else take(pressed.event.clientX, pressed.event.clientY);
      if (held) (held as Held).pointer = { x: event.clientX, y: event.clientY };
      redraw();
    }
  });
  // Once it is held, the page does not scroll under the finger.
  root.addEventListener("touchmove", (event) => held && !held.dropped && event.preventDefault(), { passive: false });
  root.addEventListener("dragstart", (event) => (event.target as Element).closest("li[data-visit]") && event.preventDefault());
  root.addEventListener("selectstart", (event) => held && event.preventDefault());
  root.addEventListener("contextmenu", (event) => (held?.touch || pressed?.timer) && event.preventDefault());

  // Letting go

  const putBack = (): void => {
    if (!held) return;
    cancelAnimationFrame(held.frame);
    held.ghost.remove();
    held.item.classList.remove("is-held");
    held.home.body.classList.remove("is-source");
    held = null;
    busy(false);
  };

  // Escape, "Put it back", or done: the board shows what is.
  const ask = dropTalk(root, dialog, () => (held ? putBack() : busy(false)));

  document.addEventListener("pointerup", (event) => {
    letGo();
    if (!held || held.dropped || event.pointerId !== held.id) return;
    swallow = performance.now();
    held.pointer = { x: event.clientX, y: event.clientY };
    draw();
    cancelAnimationFrame(held.frame);
    held.dropped = true;
    const grab = held;
    const asked = new URLSearchParams({ seen: grab.item.dataset["seen"] ?? "" });
    if (grab.resize) {
      if (length(grab) === grab.minutes) return putBack();
      asked.set("minutes", String(length(grab)));
    } else {
      const by = grab.lane.from + wanted(grab) * MINUTE - grab.at;
      const other = grab.lane.who !== grab.home.who;
      // Left where it was taken: to the step of the grid nothing has moved.
      if (!other && Math.abs(by) < (grab.step / grab.minute / 2) * MINUTE) return putBack();
      asked.set("start", new Date(Date.parse(grab.item.dataset["bookedFrom"] ?? "") + by).toISOString());
      if (other) {
        asked.set("staff", grab.lane.who);
        if (!("alone" in grab.item.dataset)) asked.set("instead_of", grab.home.who);
      } else if ("alone" in grab.item.dataset && !grab.home.unit) asked.set("staff", grab.home.who);
    }
    void ask(`${grab.item.dataset["dropUrl"]}?${asked}`);
  });
  document.addEventListener("pointercancel", (event) => {
    letGo();
    if (held && !held.dropped && event.pointerId === held.id) putBack();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || !held || held.dropped) return;
      event.preventDefault();
      swallow = performance.now();
      putBack();
    },
    { capture: true },
  );
  root.addEventListener(
    "click",
    (event) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("dialog")) return;
      if (held || (swallow && performance.now() - swallow < 300)) {
        event.preventDefault();
        event.stopPropagation();
        swallow = 0;
        return;
      }
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const move = target?.closest<HTMLElement>("[data-move]");
      if (move) {
        event.preventDefault();
        busy(true);
        void ask(move.closest<HTMLElement>("li[data-visit]")?.dataset["dropUrl"] ?? "");
      }
      const gap = target?.closest<HTMLAnchorElement>("[data-free]");
      // By keyboard (no detail) the gap's own beginning.
      if (gap && event.detail) gap.href = at(gap, event.clientY);
    },
    { capture: true },
  );

  /** The address of a gap with the time that was tapped, on the grid; near its beginning, that. */
  const at = (gap: HTMLAnchorElement, y: number): string => {
    const address = new URL(gap.href);
    const board = gap.closest<HTMLElement>("#board");
    const body = gap.closest<HTMLElement>("[data-lane]");
    if (!board || !body) return gap.href;
    const minute = parseFloat(getComputedStyle(board).getPropertyValue("--hour")) * parseFloat(getComputedStyle(document.documentElement).fontSize) / 60;
    const grid = Number(board.dataset["grid"] || 15);
    const down = Math.floor((y - body.getBoundingClientRect().top) / minute / grid) * grid;
    if ((y - gap.getBoundingClientRect().top) / minute < 2 * grid) return gap.href;
    const when = Date.parse(body.dataset["from"] ?? "") + down * MINUTE;
    const words = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: board.dataset["zone"] ?? "UTC" });
    address.searchParams.set("time", words.format(when));
    return address.href;
  };
}
