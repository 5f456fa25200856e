/**
 * Without a network. Marks: data-network (the bar, with its words), data-keep (on a visit to come: its page is kept for
 * reading offline), data-kept-link (where the offline page leads to it), data-reader on body (who reads, as a hash).
 *
 * The service worker keeps one visit, of one reader: when somebody else reads on this device, or nobody, it is forgotten.
 */
const READER = "reader";
const VISIT = "visit";
const LOOK_EVERY = 5_000;
const SHOW_BACK_FOR = 3_000;

export async function start(): Promise<void> {
  follow();
  if (!("serviceWorker" in navigator)) return;
  await forgetOthers();
  await showKept();
  try {
    await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    const worker = (await navigator.serviceWorker.ready).active;
    const visit = document.querySelector<HTMLElement>("[data-keep]");
    if (visit && !keptAt()) worker?.postMessage({ type: "keep", path: visit.dataset["keep"] });
  } catch {
    // Refused by the browser or its settings: the site works as before.
  }
}

/** When the page on the screen was kept, if it is a kept one. */
function keptAt(): Date | null {
  const at = document.documentElement.dataset["kept"];
  return at ? new Date(at) : null;
}

/** Whether this is the page that stands in for another one, not itself asked for. */
function isStandIn(): boolean {
  return document.body.hasAttribute("data-offline") && location.pathname !== "/offline";
}

async function forgetOthers(): Promise<void> {
  const reader = document.body.dataset["reader"];
  if (reader === undefined || keptAt()) return;
  try {
    const before = localStorage.getItem(READER);
    if (before !== null && before !== reader) await caches.delete(VISIT);
    localStorage.setItem(READER, reader);
  } catch {
    // No storage: nothing was kept either.
  }
}

/** On the offline page: the way to the visit that is kept, if one is. */
async function showKept(): Promise<void> {
  const link = document.querySelector<HTMLAnchorElement>("[data-kept-link]");
  if (!link || !(await caches.has(VISIT))) return;
  const kept = (await (await caches.open(VISIT)).keys()).find((request) => !request.url.endsWith(".svg"));
  if (!kept) return;
  link.href = new URL(kept.url).pathname;
  link.hidden = false;
}

/** Says that there is no network, that it is being looked for, and that it is back; then takes the page anew. */
function follow(): void {
  const bar = document.querySelector<HTMLElement>("[data-network]");
  if (!bar) return;
  const words = bar.querySelector<HTMLElement>("[data-network-words]");
  let timer = 0;
  let hiding = 0;

  const say = (state: "off" | "kept" | "again" | "back" | ""): void => {
    clearTimeout(hiding);
    bar.hidden = !state;
    bar.dataset["state"] = state;
    if (words && state) words.textContent = (bar.getAttribute(`data-words-${state}`) ?? "").replace("{time}", time());
    if (state === "back") hiding = window.setTimeout(() => say(""), SHOW_BACK_FOR);
  };
  const time = (): string =>
    new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
      keptAt() ?? new Date(),
    );

  const isThere = async (): Promise<boolean> => {
    try {
      return (await fetch("/healthz", { cache: "no-store" })).ok;
    } catch {
      return false;
    }
  };

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    if (bar.hidden) return;
    if (await isThere()) {
      // A page that was kept, or the one that says there is no network, gives way to what was asked for.
      if (keptAt() || isStandIn()) location.reload();
      else say("back");
    } else {
      timer = window.setTimeout(() => void look(), LOOK_EVERY);
    }
  };
  const lost = (): void => {
    say(keptAt() ? "kept" : "off");
    timer = window.setTimeout(() => void look(), LOOK_EVERY);
  };

  window.addEventListener("offline", lost);
  window.addEventListener("online", () => {
    if (bar.hidden) return;
    say("again");
    void look();
  });
  if (!navigator.onLine || keptAt() || isStandIn()) lost();
}
