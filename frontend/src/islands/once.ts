/** True the first time an element is seen by the island `name`: a part of the page may be looked at again. */
export function firstTime(element: HTMLElement, name: string): boolean {
  const key = `on${name}`;
  if (element.dataset[key]) return false;
  element.dataset[key] = "1";
  return true;
}

/** The event that a part of the page, taken anew from the server, sends up so that its islands start. */
export const RENEWED = "renewed";

/** Says that `element` is new on the page. */
export function renewed(element: Element): void {
  element.dispatchEvent(new CustomEvent(RENEWED, { bubbles: true }));
}

/** Headers with which a page is taken anew: whether somebody looks, for what is new on it counts as read then. */
export function asSeen(): Record<string, string> {
  return { Accept: "text/html", ...(document.visibilityState === "visible" ? { "X-In-Sight": "1" } : {}) };
}
