/** A few words or phrases, each on a chip of its own: typed, and taken away again. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Field } from "./fields.tsx";
import { Icon } from "./icons.tsx";
import { Button } from "./parts.tsx";
import { useWords } from "./use.ts";

/** of one; the server has the last word */
const MAX_CHARS = 40;

export function Chips({
  label,
  hint,
  values,
  onValues,
  most,
}: {
  label: string;
  hint?: string;
  values: readonly string[];
  onValues: (values: string[]) => void;
  most: number;
}): JSX.Element {
  const { common } = useWords();
  const [typed, setTyped] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const full = values.length >= most;

  /** What was pasted may be many. */
  function add(text: string): void {
    const more = text.split(",").map((one) => one.trim().slice(0, MAX_CHARS));
    const fresh = more.filter((one, at) => one !== "" && !values.includes(one) && more.indexOf(one) === at);
    if (fresh.length > 0) onValues([...values, ...fresh].slice(0, most));
    setTyped("");
  }
  function remove(value: string): void {
    onValues(values.filter((one) => one !== value));
    box.current?.querySelector("input")?.focus();
  }
  return (
    <div class="stack tight" ref={box}>
      {!full && (
        <div
          onKeyDown={(event) => {
            if (event.key !== "Enter" || typed.trim() === "") return;
            event.preventDefault(); // the form is not sent yet
            add(typed);
          }}
          // what is typed and not sent counts
          onFocusOut={() => add(typed)}
        >
          <Field
            label={label}
            value={typed}
            onValue={(text) => (text.includes(",") ? add(text) : setTyped(text))}
            hint={hint}
            autocomplete="off"
          />
        </div>
      )}
      {typed.trim() !== "" && (
        <div>
          <Button kind="quiet" icon="plus" onClick={() => add(typed)}>
            {common.add}
          </Button>
        </div>
      )}
      {values.length > 0 && (
        <ul class="row wrap chips" aria-label={label}>
          {values.map((value) => (
            <li key={value} class="tag chip">
              {value}
              <button type="button" aria-label={`${common.remove}: ${value}`} onClick={() => remove(value)}>
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
