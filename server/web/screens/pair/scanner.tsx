/** The label's QR code, read by the camera; what reads it is fetched only here. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { after } from "../../platform/browser.ts";
import { Button, Note } from "../../ui/parts.tsx";
import { useWords } from "../../ui/use.ts";
import { scannedLabel } from "./label.ts";
import type { Label } from "./label.ts";

/** ms between two looks */
const LOOK_MS = 120;
/** pixels of a picture's longer side: enough for a label a hand's breadth away */
const SIDE = 640;

type Read = (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null;
type Trouble = "none" | "refused" | "foreign";

export function Scanner({
  onLabel,
  onStop,
}: {
  onLabel: (label: Label) => void;
  onStop: () => void;
}): JSX.Element {
  const { pair } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const [trouble, setTrouble] = useState<Trouble | undefined>();

  useEffect(() => {
    let running = true;
    let cancel: (() => void) | undefined;
    let stream: MediaStream | undefined;
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", { willReadFrequently: true });

    function look(read: Read): void {
      const seen = video.current;
      if (!running || !seen || !pen) return;
      const text = seen.videoWidth > 0 ? textOf(seen, canvas, pen, read) : undefined;
      const label = text === undefined ? undefined : scannedLabel(text);
      if (label) return onLabel(label);
      if (text !== undefined) setTrouble("foreign");
      cancel = after(LOOK_MS, () => look(read));
    }

    async function start(): Promise<void> {
      // not there without https, where the host is not this machine
      if (!("mediaDevices" in navigator)) return setTrouble("none");
      try {
        const [opened, { default: jsQR }] = await Promise.all([
          navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false }),
          import("jsqr"),
        ]);
        stream = opened;
        if (!running) return close();
        video.current!.srcObject = opened;
        await video.current!.play();
        look((data, width, height) => jsQR(data, width, height, { inversionAttempts: "dontInvert" }));
      } catch (error) {
        close();
        if (running) setTrouble((error as Error).name === "NotAllowedError" ? "refused" : "none");
      }
    }

    function close(): void {
      for (const track of stream?.getTracks() ?? []) track.stop();
    }

    void start();
    return () => {
      running = false;
      cancel?.();
      close();
    };
  }, []);

  const closed = trouble === "none" || trouble === "refused";
  return (
    <div class="stack">
      {closed ? (
        <Note kind="warm">{trouble === "refused" ? pair.cameraRefused : pair.noCamera}</Note>
      ) : (
        <>
          <div class="viewfinder">
            <video ref={video} playsInline muted aria-label={pair.scanning} />
            <span class="viewfinder-frame" aria-hidden="true" />
          </div>
          <p class="center" role="status">
            {trouble === "foreign" ? pair.notALabel : pair.scanning}
          </p>
        </>
      )}
      <Button kind="quiet" icon="keyboard" full onClick={onStop}>
        {pair.type}
      </Button>
    </div>
  );
}

function textOf(
  seen: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  pen: CanvasRenderingContext2D,
  read: Read,
): string | undefined {
  const scale = Math.min(1, SIDE / Math.max(seen.videoWidth, seen.videoHeight));
  canvas.width = Math.round(seen.videoWidth * scale);
  canvas.height = Math.round(seen.videoHeight * scale);
  pen.drawImage(seen, 0, 0, canvas.width, canvas.height);
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  return read(data, width, height)?.data;
}
