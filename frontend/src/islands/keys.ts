/** A workplace by keyboard, while no field has the focus: a key presses what carries it as `data-key`. At the operators'
 * desk (which has #keys) J and K go through the rows of a list, D to the next document that waits, and ? says which
 * keys there are. Nothing is sent by the key alone but what carries it; Ctrl+Enter in a decision's text sends it. */
const STEPS: Record<string, [selector: string, by: number]> = {
  j: ["main .list a.card__cover", 1],
  k: ["main .list a.card__cover", -1],
  d: ["main [data-paper]", 1],
};

export function startKeys(): void {
  const help = document.querySelector<HTMLDialogElement>("#keys");
  const opener = document.querySelector<HTMLElement>("[data-keys]");
  if (opener) opener.hidden = false;
  opener?.addEventListener("click", () => help?.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return send(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target) || help?.open) return;
    const key = event.key.toLowerCase();
    const found = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
    if (found) press(found);
    else if (help && key === "?") help.showModal();
    else if (!help || !step(STEPS[key])) return;
    event.preventDefault();
  });
}

function press(found: HTMLElement): void {
  if (found.matches("input")) return found.focus();
  found.click();
  // A decision that opens waits in its first field for what is to be said; nothing is sent by the key alone.
  const opened = found.closest("details");
  if (opened && found.matches("summary")) {
    opened.scrollIntoView({ block: "nearest" });
    opened.querySelector<HTMLElement>("select, textarea, input:not([type=hidden])")?.focus();
  }
}

/** To the next of them, or the one before; from the last one D begins again, J and K stay. */
function step(going?: [selector: string, by: number]): boolean {
  if (!going) return false;
  const [selector, by] = going;
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const next = selector.includes("data-paper") ? (at + by) % all.length : Math.min(Math.max(at + by, 0), all.length - 1);
  all[next]?.focus();
  return all.length > 0;
}

function send(event: KeyboardEvent): void {
  if (!(event.target instanceof HTMLElement)) return;
  const form = event.target.closest<HTMLFormElement>(".desk__decision form");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
