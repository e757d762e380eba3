/** What parents fill in and switch: fields, lists, switches, choices, and the form around them. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { useWords } from "./use.ts";

export interface FieldParts {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  /** what is wrong with it */
  fault?: string;
  type?: "text" | "email" | "password" | "time" | "number";
  name?: string;
  autocomplete?: string;
  inputMode?: "text" | "numeric" | "email";
  maxLength?: number;
  min?: number;
  max?: number;
  code?: boolean;
  autoFocus?: boolean;
  required?: boolean;
  spellcheck?: boolean;
}

export function Field(parts: FieldParts): JSX.Element {
  const { label, value, onValue, hint, fault, type = "text", code, autoFocus, ...rest } = parts;
  const id = useId();
  const words = useWords();
  const [shown, show] = useState(false);
  const secret = type === "password";
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  const box = (
    <input
      {...rest}
      ref={input}
      id={id}
      class={`input${code ? " code" : ""}`}
      type={(secret && shown ? "text" : type) as "text"} // the types of one at a time
      value={value}
      onInput={(event) => onValue(event.currentTarget.value)}
      aria-invalid={fault ? "true" : undefined}
      aria-describedby={described || undefined}
      autocapitalize={secret || type === "email" ? "none" : undefined}
    />
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {secret ? (
        <div class="with-button">
          {box}
          <button
            type="button"
            class="icon-button"
            aria-label={shown ? words.field.hide : words.field.show}
            onClick={() => show(!shown)}
          >
            <Icon name={shown ? "eyeOff" : "eye"} size={22} />
          </button>
        </div>
      ) : (
        box
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          <Icon name="warn" size={18} />
          {fault}
        </p>
      )}
    </div>
  );
}

export function Select({
  label,
  value,
  onValue,
  options,
  hint,
  fault,
  autocomplete,
}: {
  label: string;
  value: string;
  onValue: (value: string) => void;
  options: readonly (readonly [string, string])[];
  hint?: string;
  fault?: string;
  autocomplete?: string;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field grow">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="input"
        value={value}
        autocomplete={autocomplete}
        aria-invalid={fault ? "true" : undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.currentTarget.value)}
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function Switch({
  label,
  text,
  on,
  onChange,
  disabled,
}: {
  label: ComponentChildren;
  text?: ComponentChildren;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
}): JSX.Element {
  const id = useId();
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        disabled={disabled}
        aria-describedby={text ? id : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span class="grow stack tight">
        <span class="strong">{label}</span>
        {text && (
          <span class="soft small" id={id}>
            {text}
          </span>
        )}
      </span>
    </label>
  );
}

/** One of a few, as cards. */
export function Choices<T extends string>({
  legend,
  hidden,
  value,
  onValue,
  options,
  across,
}: {
  legend: string;
  hidden?: boolean;
  value: T | undefined;
  onValue: (value: T) => void;
  options: readonly { value: T; title: string; text?: string }[];
  across?: boolean;
}): JSX.Element {
  const name = useId();
  return (
    <fieldset class="stack tight">
      <legend class={hidden ? "unseen" : "legend"}>{legend}</legend>
      <div class={`choices${across ? " across" : ""}`}>
        {options.map((option) => (
          <label key={option.value} class="choice">
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            <span class="grow">
              <span class="strong">{option.title}</span>
              {option.text && <br />}
              {option.text && <span class="soft small">{option.text}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A form that is sent by script alone. */
export function Form({
  children,
  onSubmit,
}: {
  children: ComponentChildren;
  onSubmit: () => void;
}): JSX.Element {
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
