/** Buttons that copy what stands in a field, and say so. Without script the field is there to be copied by hand. */
import { firstTime } from "./once";

export function startCopies(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy ?? "");
    if (!(field instanceof HTMLInputElement) || !navigator.clipboard || !firstTime(button, "copy")) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(field.value).then(() => {
        const words = button.querySelector("[role=status]");
        if (words) words.textContent = button.dataset.done ?? "";
      });
    });
  }
}
