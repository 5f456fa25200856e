import htmx from "htmx.org";

/**
 * What htmx fetches may take long or fail. After 300 ms the part that waits says so; when it fails a toast says that
 * nothing has changed and offers to try again; an answer without the part that was asked for is another page, and
 * becomes the page. The words are on #toasts (data-words-failed, -away, -again, -close).
 */
const LOADING_AFTER = 300;

interface Swap {
  elt: HTMLElement;
  target: HTMLElement;
  xhr: XMLHttpRequest;
  serverResponse: string;
  shouldSwap: boolean;
  requestConfig: { verb: string; triggeringEvent?: Event };
}

const waiting = new Map<XMLHttpRequest, number>();

function swapOf(event: Event): Swap {
  return (event as CustomEvent<Swap>).detail;
}

function settle({ xhr, target }: Swap): void {
  clearTimeout(waiting.get(xhr));
  waiting.delete(xhr);
  target.removeAttribute("aria-busy");
}

/** Whether the answer holds what the element wants of it (`hx-select` names ids only). */
function holdsPart({ elt, serverResponse }: Swap): boolean {
  const part = elt.closest("[hx-select]")?.getAttribute("hx-select");
  return !part?.startsWith("#") || serverResponse.includes(`id="${part.slice(1)}"`);
}

function fail(swap: Swap): void {
  const box = document.getElementById("toasts");
  if (!box) return;
  const words = box.dataset;
  const toast = document.createElement("div");
  toast.className = "toast";
  const text = document.createElement("span");
  text.className = "toast__text";
  text.textContent = (navigator.onLine ? words["wordsFailed"] : words["wordsAway"]) ?? "";
  const button = (label: string | undefined, press: () => void): HTMLButtonElement => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = label ?? "";
    made.addEventListener("click", () => {
      toast.remove();
      press();
    });
    return made;
  };
  const cause = swap.requestConfig.triggeringEvent;
  const again = (): void => {
    if (!(cause?.target instanceof HTMLElement) || !cause.target.isConnected) return location.reload();
    cause.target.focus();
    if (cause.type === "click") cause.target.click();
    else if (cause.target instanceof HTMLFormElement) cause.target.requestSubmit();
    else cause.target.dispatchEvent(new Event(cause.type, { bubbles: true, cancelable: true }));
  };
  toast.append(text, button(words["wordsAgain"], again), button(words["wordsClose"], () => swap.elt.focus()));
  box.replaceChildren(toast);
}

export function startSwaps(): void {
  htmx.on("htmx:beforeSend", (event) => {
    const { xhr, target } = swapOf(event);
    document.getElementById("toasts")?.replaceChildren();
    waiting.set(xhr, window.setTimeout(() => target.setAttribute("aria-busy", "true"), LOADING_AFTER));
  });
  htmx.on("htmx:afterRequest", (event) => settle(swapOf(event)));
  htmx.on("htmx:beforeSwap", (event) => {
    const swap = swapOf(event);
    if (!swap.shouldSwap || holdsPart(swap)) return;
    swap.shouldSwap = false;
    // A page of its own: signed out meanwhile, ended, gone. Its address says it again; another's is in the answer.
    const address = swap.requestConfig.verb === "get" ? swap.xhr.responseURL : location.href;
    location.assign(address || location.href);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) htmx.on(name, (event) => fail(swapOf(event)));
  htmx.on("htmx:responseError", (event) => {
    // What is swapped in speaks for itself.
    const swap = swapOf(event);
    if (!/^4[02]/.test(String(swap.xhr.status))) fail(swap);
  });
}
