/** Strips of chips that scroll sideways begin where the chosen one is seen. */
export function startStrips(root: ParentNode): void {
  for (const chosen of root.querySelectorAll<HTMLElement>(".chips > [aria-current]")) {
    const strip = chosen.parentElement!;
    const [inner, outer] = [chosen.getBoundingClientRect(), strip.getBoundingClientRect()];
    strip.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  }
}
