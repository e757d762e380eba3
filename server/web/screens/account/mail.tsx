/** The mail to this person: what it is written in, and whether the week's numbers come with it. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Me } from "../../api/types.ts";
import { ask } from "../../services.ts";
import { Away } from "../../ui/away.tsx";
import { Select, Switch } from "../../ui/fields.tsx";
import { Fault } from "../../ui/parts.tsx";
import { useAnswer, useSending, useWords } from "../../ui/use.ts";
import { languages } from "../../words/words.ts";
import { Matter } from "./matter.tsx";

type Wish = Partial<Pick<Me, "language" | "report_mail">>;

export function Mail(): JSX.Element {
  const { account: words, common } = useWords();
  const { value, fault, again, put } = useAnswer<Me>("/api/v1/me");
  const sending = useSending();
  /** what was chosen and is on its way, one wish after the other */
  const [wish, setWish] = useState<Wish>();
  const last = useRef(Promise.resolve(true));
  const [saved, setSaved] = useState(false);
  function change(next: Wish): void {
    setSaved(false);
    setWish((earlier) => ({ ...earlier, ...next }));
    const sent = last.current.then(() =>
      sending.run(async () => put(await ask.patch<Me>("/api/v1/me", next))),
    );
    last.current = sent;
    void sent.then((done) => {
      if (last.current !== sent) return;
      setSaved(done);
      setWish(undefined);
    });
  }
  const shown = value && { ...value, ...wish };
  return (
    <Matter title={words.mail} lead={words.mailLead}>
      {!shown && <Away fault={fault} again={again} />}
      <Fault text={sending.fault} />
      {shown && (
        <>
          <Select
            label={words.mailLanguage}
            value={shown.language}
            onValue={(language) => change({ language: language as Me["language"] })}
            options={Object.entries(languages)}
          />
          {shown.role === "parent" && (
            <Switch
              label={words.mailWeek}
              text={words.mailWeekText}
              on={shown.report_mail}
              onChange={(report_mail) => change({ report_mail })}
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
