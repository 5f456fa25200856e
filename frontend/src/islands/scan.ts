import { firstTime } from "./once";

/** Between two looks at the camera's picture, in ms: more would only warm the phone. */
const LOOK_EVERY = 150;

type Read = (source: HTMLVideoElement) => Promise<string | null>;

/**
 * Reads the customer's square with the camera and sends the form it stands in. Marks: data-scan (the form), within it
 * a field `scan`, [data-scan-start] (the button), a dialog with a video, [data-scan-stop], and [data-scan-said].
 * Without a camera the code is typed beside each visit, as ever.
 */
export function start(form: HTMLFormElement): void {
  if (!firstTime(form, "Scan")) return;
  const button = form.querySelector<HTMLButtonElement>("[data-scan-start]");
  const dialog = form.querySelector<HTMLDialogElement>("dialog");
  const video = form.querySelector<HTMLVideoElement>("video");
  const field = form.querySelector<HTMLInputElement>("input[name=scan]");
  const said = form.querySelector<HTMLElement>("[data-scan-said]");
  if (!button || !dialog || !video || !field || !said || !navigator.mediaDevices?.getUserMedia) return;
  form.hidden = false;
  let stream: MediaStream | null = null;

  const stop = (): void => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
  };

  const look = async (read: Read): Promise<void> => {
    while (stream) {
      const text = await read(video);
      if (text && stream) {
        field.value = text.slice(0, 80);
        dialog.close();
        form.requestSubmit();
        return;
      }
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_EVERY));
    }
  };

  button.addEventListener("click", () => {
    void (async () => {
      said.textContent = said.dataset["wait"] ?? "";
      dialog.showModal();
      try {
        // Asked for here and nowhere else: when somebody wants to scan.
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        if (!dialog.open) return stop();
        video.srcObject = stream;
        await video.play();
        said.textContent = said.dataset["aim"] ?? "";
        await look(await reader());
      } catch {
        said.textContent = said.dataset["none"] ?? "";
        stop();
      }
    })();
  });
  for (const end of dialog.querySelectorAll("[data-scan-stop]")) end.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", stop);
}

/** The browser's own reader where it has one, else ours, which is fetched only then. */
async function reader(): Promise<Read> {
  const own = await nativeReader();
  if (own) return own;
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    if (!pen || !video.videoWidth) return null;
    // Enough to see the square, little enough to read it several times a second.
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decode(pen.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no square in this picture
    }
  };
}

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface Detectors {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

async function nativeReader(): Promise<Read | null> {
  const known = (window as unknown as { BarcodeDetector?: Detectors }).BarcodeDetector;
  if (!known || !(await known.getSupportedFormats()).includes("qr_code")) return null;
  const detector = new known({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}
