/**
 * Messages to this device (Web Push). Marks: data-push (our public key) and data-push-url on the card, which is hidden
 * where the browser knows none; data-push-ask, -stop (buttons), -offer, -on, -blocked, -failed (words).
 *
 * Nothing is asked before somebody presses the button.
 */
import { firstTime } from "./once";

export async function start(card: HTMLElement): Promise<void> {
  if (!("PushManager" in window) || !("serviceWorker" in navigator) || !("Notification" in window)) return;
  if (!firstTime(card, "Push")) return;
  const key = card.dataset["push"] ?? "";
  const part = (name: string): HTMLElement | null => card.querySelector(`[data-push-${name}]`);
  const ask = part("ask");
  const stop = part("stop");

  const show = (isOn: boolean): void => {
    const isBlocked = Notification.permission === "denied";
    const hide = (name: string, hidden: boolean): void => {
      part(name)?.toggleAttribute("hidden", hidden);
    };
    hide("ask", isOn || isBlocked);
    hide("stop", !isOn);
    hide("offer", isOn || isBlocked);
    hide("on", !isOn);
    hide("blocked", !isBlocked);
    hide("failed", true);
  };

  const tell = async (fields: Record<string, string>): Promise<void> => {
    const answer = await fetch(card.dataset["pushUrl"] ?? "", {
      method: "POST",
      body: new URLSearchParams({
        csrfmiddlewaretoken: card.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "",
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        ...fields,
      }),
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  };

  const subscribe = async (worker: ServiceWorkerRegistration): Promise<void> => {
    const found = await worker.pushManager.getSubscription();
    // Asked for under a key of ours that is gone: it would never ring again.
    if (found && !sameKey(found, key)) await found.unsubscribe();
    const now = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
    const keys = now.toJSON().keys ?? {};
    await tell({ endpoint: now.endpoint, p256dh: keys["p256dh"] ?? "", auth: keys["auth"] ?? "" });
  };

  const doing = (button: HTMLElement | null, work: () => Promise<boolean>): void => {
    button?.addEventListener("click", () => {
      button.setAttribute("aria-busy", "true");
      void work()
        .then(show, () => part("failed")?.removeAttribute("hidden"))
        .finally(() => button.removeAttribute("aria-busy"));
    });
  };

  doing(ask, async () => {
    if ((await Notification.requestPermission()) !== "granted") return false;
    await subscribe(await navigator.serviceWorker.ready);
    return true;
  });
  doing(stop, async () => {
    const found = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    if (found) {
      await tell({ do: "stop", endpoint: found.endpoint });
      await found.unsubscribe();
    }
    return false;
  });

  const worker = await navigator.serviceWorker.getRegistration();
  const found = await worker?.pushManager.getSubscription();
  show(Boolean(found) && Notification.permission === "granted");
  card.hidden = false;
  // Another reader of this device, or a new key of ours: say it anew. Nobody is asked for this.
  if (worker && found && Notification.permission === "granted") await subscribe(worker).catch(() => show(false));
}

/** A key in base64url as bytes. */
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

function sameKey(found: PushSubscription, key: string): boolean {
  const used = found.options.applicationServerKey;
  return !used || String(new Uint8Array(used)) === String(bytes(key));
}
