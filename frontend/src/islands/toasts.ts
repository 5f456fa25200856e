/** Says something at the page's edge (#toasts) for so many seconds; `[data-left]` in it counts them down. */
export function toast(content: Node[], seconds = 6): HTMLElement {
  const made = document.createElement("div");
  made.className = "toast";
  made.append(...content);
  document.getElementById("toasts")?.replaceChildren(made);
  let left = seconds;
  const timer = window.setInterval(() => {
    left -= 1;
    const number = made.querySelector("[data-left]");
    if (number) number.textContent = String(left);
    if (left > 0 && made.isConnected) return;
    clearInterval(timer);
    made.remove();
  }, 1000);
  return made;
}

/** Says that something did not work, and that nothing has changed. */
export function toastFailed(): void {
  const words = document.getElementById("toasts")?.dataset;
  toast(textOf((navigator.onLine ? words?.["wordsFailed"] : words?.["wordsAway"]) ?? ""));
}

/** Words as a toast holds them. */
export function textOf(words: string): Node[] {
  const text = document.createElement("span");
  text.className = "toast__text";
  text.textContent = words;
  return [text];
}
