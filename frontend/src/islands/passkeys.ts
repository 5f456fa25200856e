/** Passkeys: forms marked `data-passkey` ask the browser for one and send its answer (WebAuthn, as JSON). */
import { firstTime } from "./once";

// What the server's library writes is the browser's own structure, with buffers as base64url.
type Json = Record<string, unknown>;

export function startPasskeys(root: ParentNode): void {
  if (!("PublicKeyCredential" in window)) return;
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    if (!firstTime(form, "Passkey")) continue;
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void ask(form);
    });
  }
}

async function ask(form: HTMLFormElement): Promise<void> {
  const failed = form.querySelector<HTMLElement>("[data-passkey-failed]");
  if (failed) failed.hidden = true;
  const given = document.getElementById(form.dataset["passkeyOptions"] ?? "")?.textContent ?? "{}";
  const options = JSON.parse(given) as { creation_options?: { publicKey: Json }; request_options?: { publicKey: Json } };
  try {
    const credential =
      form.dataset["passkey"] === "create"
        ? await navigator.credentials.create({ publicKey: creation(options.creation_options!.publicKey) })
        : await navigator.credentials.get({ publicKey: request(options.request_options!.publicKey) });
    const field = form.querySelector<HTMLInputElement>("[name=credential]");
    if (!(credential instanceof PublicKeyCredential) || !field) throw new Error("no passkey");
    field.value = JSON.stringify(answer(credential));
    form.submit();
  } catch {
    if (failed) failed.hidden = false;
  }
}

function creation(options: Json): PublicKeyCredentialCreationOptions {
  const user = options["user"] as PublicKeyCredentialUserEntity;
  return {
    ...(options as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytes(options["challenge"]),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: described(options["excludeCredentials"]),
  };
}

function request(options: Json): PublicKeyCredentialRequestOptions {
  return {
    ...options,
    challenge: bytes(options["challenge"]),
    allowCredentials: described(options["allowCredentials"]),
  };
}

function described(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list ?? []) as PublicKeyCredentialDescriptor[]).map((each) => ({ ...each, id: bytes(each.id) }));
}

/** The credential as the server reads it: every buffer as base64url. */
function answer(credential: PublicKeyCredential): Json {
  const response = credential.response;
  const parts: Json = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts["attestationObject"] = text(response.attestationObject);
    parts["transports"] = response.getTransports();
  } else if (response instanceof AuthenticatorAssertionResponse) {
    parts["authenticatorData"] = text(response.authenticatorData);
    parts["signature"] = text(response.signature);
    parts["userHandle"] = response.userHandle ? text(response.userHandle) : null;
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: parts,
  };
}

function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const base64 = String(base64url).replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
