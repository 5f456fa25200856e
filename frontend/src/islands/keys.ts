/** Decisions by keyboard: a key presses what carries it as `data-key`, while no field has the focus. */
export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    const found = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!found) return;
    event.preventDefault();
    if (found.matches("input")) return found.focus();
    found.click();
    // A decision that opens waits in its first field for what is to be said; nothing is sent by the key alone.
    const opened = found.closest("details");
    if (opened && found.matches("summary")) {
      opened.scrollIntoView({ block: "nearest" });
      opened.querySelector<HTMLElement>("select, textarea, input:not([type=hidden])")?.focus();
    }
  });
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
