/** A child is added: a nickname and a month of birth are enough; consent comes next. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Child } from "../api/types.ts";
import { pages } from "../router/pages.ts";
import { go } from "../router/place.ts";
import { ask } from "../services.ts";
import { Field, Form, Select } from "../ui/fields.tsx";
import { Button, Fault } from "../ui/parts.tsx";
import { Page } from "../ui/page.tsx";
import { useSending, useStore, useWords } from "../ui/use.ts";
import { languages, monthNames, spoken, thisYear } from "../words/words.ts";

/** years back that a birth can lie; server/bounds.ts has the last word */
const YEARS = 18;

export function NewChild(): JSX.Element {
  const words = useWords();
  const { language } = useStore(spoken);
  const [nickname, setNickname] = useState("");
  const [month, setMonth] = useState("");
  const [year, setYear] = useState("");
  const [speech, setSpeech] = useState<string>(language);
  const [interests, setInterests] = useState("");
  const [checked, setChecked] = useState(false);
  const sending = useSending();
  const nameFault = nickname.trim() === "" ? words.field.missing : undefined;
  const birthFault = month === "" || year === "" ? words.child.birthMissing : undefined;

  async function submit(): Promise<void> {
    setChecked(true);
    if (nameFault ?? birthFault) return;
    await sending.run(async () => {
      const child = await ask.post<Child>("/api/v1/children", {
        nickname: nickname.trim(),
        birth_month: `${year}-${month}`,
        language: speech,
        interests: interests
          .split(",")
          .map((one) => one.trim().slice(0, 40))
          .filter(Boolean)
          .slice(0, 20),
      });
      go("consent", { child_id: child.id }, { replace: true });
    });
  }

  const blank = ["", "–"] as const;
  return (
    <Page title={words.child.newTitle} lead={words.child.newLead} back={pages.home}>
      <div class="card">
        <Form onSubmit={() => void submit()}>
          <Fault text={sending.fault} />
          <Field
            label={words.child.nickname}
            value={nickname}
            onValue={setNickname}
            hint={words.child.nicknameHint}
            fault={checked ? nameFault : undefined}
            autocomplete="off"
            maxLength={40}
          />
          <fieldset class="field">
            <legend class="legend">{words.child.birth}</legend>
            <div class="row" style={{ marginTop: "6px" }}>
              <Select
                label={words.child.month}
                value={month}
                onValue={setMonth}
                fault={checked ? birthFault : undefined}
                options={[
                  blank,
                  ...monthNames().map((name, at) => [String(at + 1).padStart(2, "0"), name] as const),
                ]}
              />
              <Select
                label={words.child.year}
                value={year}
                onValue={setYear}
                fault={checked ? birthFault : undefined}
                options={[
                  blank,
                  ...Array.from({ length: YEARS }, (_, back) => {
                    const one = String(thisYear() - back);
                    return [one, one] as const;
                  }),
                ]}
              />
            </div>
            {checked && birthFault ? (
              <p class="fault">{birthFault}</p>
            ) : (
              <p class="hint">{words.child.birthHint}</p>
            )}
          </fieldset>
          <Select
            label={words.child.language}
            value={speech}
            onValue={setSpeech}
            options={Object.entries(languages)}
          />
          <Field
            label={`${words.child.interests} (${words.common.optional})`}
            value={interests}
            onValue={setInterests}
            hint={words.child.interestsHint}
            autocomplete="off"
          />
          <Button type="submit" full busy={sending.busy}>
            {words.child.add}
          </Button>
        </Form>
      </div>
    </Page>
  );
}
