import { firstTime } from "./once";

/**
 * "Near me": asks the device only when pressed, and posts what it says with the finder, so that it is in no address.
 * Marks on the button: data-near-me, and the words data-waiting, data-denied, data-failed for the status beside it.
 */
export function startNearMe(root: ParentNode): void {
  if (!("geolocation" in navigator) || !isSecureContext) return;
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-near-me]")) {
    if (!firstTime(button, "NearMe")) continue;
    button.hidden = false;
    button.addEventListener("click", () => ask(button));
  }
}

function ask(button: HTMLButtonElement): void {
  const { form } = button;
  if (!form || button.ariaBusy === "true") return;
  const said = button.parentElement?.querySelector("[role=status]");
  const say = (words: string | undefined): void => {
    if (said) said.textContent = words ?? "";
  };
  button.ariaBusy = "true";
  const late = window.setTimeout(() => say(button.dataset["waiting"]), 300);
  const done = (): void => {
    clearTimeout(late);
    button.ariaBusy = null;
  };
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      done();
      const at = Object.assign(document.createElement("input"), {
        type: "hidden", name: "at", value: `${coords.latitude.toFixed(5)},${coords.longitude.toFixed(5)}`,
      });
      form.append(at);
      form.requestSubmit();
      at.remove(); // sent by now; whoever comes back asks anew
    },
    (error) => {
      done();
      say(error.code === error.PERMISSION_DENIED ? button.dataset["denied"] : button.dataset["failed"]);
    },
    { timeout: 10_000, maximumAge: 60_000 },
  );
}
