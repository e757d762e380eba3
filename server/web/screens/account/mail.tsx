/** The mail to this person: what it is written in, and whether the week's numbers come with it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Me } from "../../api/types.ts";
import { ask } from "../../services.ts";
import { Away } from "../../ui/away.tsx";
import { Select, Switch } from "../../ui/fields.tsx";
import { Fault } from "../../ui/parts.tsx";
import { useAnswer, useSending, useWords } from "../../ui/use.ts";
import { languages } from "../../words/words.ts";
import { Matter } from "./matter.tsx";

export function Mail(): JSX.Element {
  const { account: words, common } = useWords();
  const { value, fault, again, put } = useAnswer<Me>("/api/v1/me");
  const sending = useSending();
  const [saved, setSaved] = useState(false);
  const change = async (wish: Partial<Pick<Me, "language" | "report_mail">>): Promise<void> => {
    setSaved(false);
    setSaved(await sending.run(async () => put(await ask.patch<Me>("/api/v1/me", wish))));
  };
  return (
    <Matter title={words.mail} lead={words.mailLead}>
      {!value && <Away fault={fault} again={again} />}
      <Fault text={sending.fault} />
      {value && (
        <>
          <Select
            label={words.mailLanguage}
            value={value.language}
            onValue={(language) => void change({ language: language as Me["language"] })}
            options={Object.entries(languages)}
          />
          {value.role === "parent" && (
            <Switch
              label={words.mailWeek}
              text={words.mailWeekText}
              on={value.report_mail}
              onChange={(report_mail) => void change({ report_mail })}
            />
          )}
          <span role="status" class="soft small">
            {saved ? common.saved : ""}
          </span>
        </>
      )}
    </Matter>
  );
}
