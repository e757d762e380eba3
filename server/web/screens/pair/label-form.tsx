/** A bear's number and a code for it, typed: as they stand on its label, or as another family gave them. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Field, Form } from "../../ui/fields.tsx";
import { Button } from "../../ui/parts.tsx";
import { useWords } from "../../ui/use.ts";
import { codeOf, deviceIdOf } from "./label.ts";
import type { Label } from "./label.ts";

interface LabelFormParts {
  /** what is known of it already */
  given?: Label | undefined;
  /** what the button says */
  submit: string;
  busy?: boolean;
  onLabel: (label: Label) => void;
  /** below the button */
  children?: ComponentChildren;
}

export function LabelForm({ given, submit, busy, onLabel, children }: LabelFormParts): JSX.Element {
  const { label } = useWords();
  const [number, setNumber] = useState(given?.deviceId ?? "");
  const [code, setCode] = useState(given?.code.match(/.{1,5}/g)!.join(" ") ?? "");
  const [checked, setChecked] = useState(false);
  const deviceId = deviceIdOf(number);
  const known = codeOf(code);
  const check = (): void => {
    setChecked(true);
    if (deviceId !== undefined && known !== undefined) onLabel({ deviceId, code: known });
  };
  return (
    <Form onSubmit={check}>
      <Field
        label={label.number}
        value={number}
        onValue={setNumber}
        hint={label.numberHint}
        fault={checked && deviceId === undefined ? label.numberWrong : undefined}
        autocomplete="off"
        spellcheck={false}
        autoFocus={given === undefined}
      />
      <Field
        label={label.code}
        value={code}
        onValue={setCode}
        hint={label.codeHint}
        fault={checked && known === undefined ? label.codeWrong : undefined}
        autocomplete="off"
        spellcheck={false}
        code
      />
      <Button type="submit" full busy={busy ?? false}>
        {submit}
      </Button>
      {children}
    </Form>
  );
}
