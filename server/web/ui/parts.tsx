/** The parts that screens are made of: buttons, notes, dialogs. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import type { IconName } from "./icons.tsx";
import { useWords } from "./use.ts";

interface ButtonParts {
  children: ComponentChildren;
  kind?: "main" | "quiet" | "plain" | "danger" | "danger quiet";
  icon?: IconName;
  full?: boolean;
  busy?: boolean;
  type?: "button" | "submit";
  onClick?: () => void;
  label?: string;
}

/** A busy button stays where the focus is, and does nothing. */
export function Button({
  children,
  kind = "main",
  icon,
  full,
  busy,
  type = "button",
  onClick,
  label,
}: ButtonParts): JSX.Element {
  return (
    <button
      type={type}
      class={`button ${kind}${full ? " full" : ""}`}
      aria-disabled={busy ? "true" : undefined}
      aria-label={label}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} size={20} />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton({
  href,
  children,
  kind = "main",
  icon,
  full,
}: {
  href: string;
  children: ComponentChildren;
  kind?: ButtonParts["kind"];
  icon?: IconName;
  full?: boolean;
}): JSX.Element {
  return (
    <a class={`button ${kind}${full ? " full" : ""}`} href={href}>
      {icon && <Icon name={icon} size={20} />}
      {children}
    </a>
  );
}

const NOTE_ICONS = { "": "info", good: "check", warm: "info", bad: "warn" } as const;

/** Something to know; what is bad is said at once. */
export function Note({
  kind = "",
  children,
  icon,
}: {
  kind?: keyof typeof NOTE_ICONS;
  children: ComponentChildren;
  icon?: IconName;
}): JSX.Element {
  return (
    <div class={`note ${kind}`} role={kind === "bad" ? "alert" : undefined}>
      <Icon name={icon ?? NOTE_ICONS[kind]} size={22} />
      <div class="grow">{children}</div>
    </div>
  );
}

/** What went wrong, where something did; its place is there before, so that it is heard. */
export function Fault({ text }: { text: string | undefined }): JSX.Element | null {
  return text === undefined ? null : <Note kind="bad">{text}</Note>;
}

export function Loading(): JSX.Element {
  const words = useWords();
  return (
    <div class="empty" role="status">
      <span class="spinner" aria-hidden="true" />
      <span class="soft">{words.common.loading}</span>
    </div>
  );
}

/** A question over the page. `onClose` is also told of Escape. */
export function Dialog({
  title,
  children,
  onClose,
}: {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
}): JSX.Element {
  const words = useWords();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="stack">
        <div class="row apart">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label={words.common.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
