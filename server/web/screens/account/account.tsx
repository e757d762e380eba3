/** The account: who one is, how one signs in and where, who else looks in, and leaving. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Account, SignIn } from "../../api/types.ts";
import { go } from "../../router/place.ts";
import { ask, session } from "../../services.ts";
import { Choices, Field, Form, Select } from "../../ui/fields.tsx";
import { freshly } from "../../ui/fresh.tsx";
import { Page } from "../../ui/page.tsx";
import { Button, Dialog, Fault, Note } from "../../ui/parts.tsx";
import { chooseTheme, theme } from "../../ui/theme.ts";
import { useAccount, useSending, useStore, useWords } from "../../ui/use.ts";
import { chooseLanguage, languages, spoken } from "../../words/words.ts";
import type { Language } from "../../words/words.ts";
import { MIN_PASSWORD_CHARS, newPasswordFault } from "../door/forms.ts";
import { Guardians } from "./guardians.tsx";
import { Mail } from "./mail.tsx";
import { Matter } from "./matter.tsx";
import { Passkeys } from "./passkeys.tsx";
import { Sessions, signOut } from "./sessions.tsx";

export function AccountScreen(): JSX.Element {
  const { account } = useWords();
  const { role } = useAccount();
  return (
    <Page title={account.title}>
      <div class="stack wide">
        <You />
        <Appearance />
        <Mail />
        <Password />
        <Passkeys />
        <Sessions />
        {role === "parent" && <Guardians />}
        <Button kind="quiet" icon="signOut" full onClick={() => void signOut()}>
          {account.signOut}
        </Button>
        <Leave />
      </div>
    </Page>
  );
}

function You(): JSX.Element {
  const words = useWords();
  const account = useAccount();
  const [name, setName] = useState(account.name);
  const [saved, setSaved] = useState(false);
  const sending = useSending();
  const changed = name.trim() !== account.name && name.trim() !== "";
  const save = async (): Promise<void> => {
    if (!changed) return;
    const done = await sending.run(async () =>
      session.rename(await ask.patch<Account>("/api/v1/me", { name: name.trim() })),
    );
    setSaved(done);
  };
  return (
    <Matter title={words.account.you}>
      <p class="soft">
        {words.account.email} <span class="strong">{account.email}</span>
      </p>
      <Form onSubmit={() => void save()}>
        <Fault text={sending.fault} />
        <Field
          label={words.field.yourName}
          value={name}
          onValue={(value) => {
            setSaved(false);
            setName(value);
          }}
          autocomplete="name"
          maxLength={80}
        />
        <div class="row">
          {changed && (
            <Button type="submit" busy={sending.busy}>
              {words.common.save}
            </Button>
          )}
          <span role="status" class="soft">
            {saved && !changed ? words.common.saved : ""}
          </span>
        </div>
      </Form>
    </Matter>
  );
}

function Appearance(): JSX.Element {
  const words = useWords();
  const { language } = useStore(spoken);
  const chosen = useStore(theme);
  return (
    <Matter title={words.account.appearance}>
      <Choices
        legend={words.theme.label}
        value={chosen}
        onValue={chooseTheme}
        across
        options={[
          { value: "system", title: words.theme.system },
          { value: "light", title: words.theme.light },
          { value: "dark", title: words.theme.dark },
        ]}
      />
      <Select
        label={words.language}
        value={language}
        onValue={(value) => void chooseLanguage(value as Language)}
        options={Object.entries(languages)}
      />
    </Matter>
  );
}

function Password(): JSX.Element {
  const words = useWords();
  const { email } = useAccount();
  const [open, setOpen] = useState(false);
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [done, setDone] = useState(false);
  const sending = useSending();
  const fault = newPasswordFault(words, password);

  async function submit(): Promise<void> {
    setChecked(true);
    if (fault ?? current === "") return;
    const changed = await sending.run(async () =>
      session.begin(await ask.post<SignIn>("/api/v1/auth/password", { current, password })),
    );
    if (!changed) return;
    setDone(true);
    setOpen(false);
    setCurrent("");
    setPassword("");
    setChecked(false);
  }

  return (
    <Matter title={words.account.password}>
      {done && <Note kind="good">{words.account.passwordChanged}</Note>}
      {!open ? (
        <div>
          <Button kind="quiet" icon="key" onClick={() => setOpen(true)}>
            {words.account.changePassword}
          </Button>
        </div>
      ) : (
        <Form onSubmit={() => void submit()}>
          <Fault text={sending.fault} />
          {/* for the browser's own store of passwords */}
          <input type="hidden" name="username" autocomplete="username" value={email} />
          <Field
            label={words.field.currentPassword}
            type="password"
            value={current}
            onValue={setCurrent}
            fault={checked && current === "" ? words.field.missing : undefined}
            autocomplete="current-password"
            autoFocus
          />
          <Field
            label={words.field.newPassword}
            type="password"
            value={password}
            onValue={setPassword}
            hint={words.field.passwordHint(MIN_PASSWORD_CHARS)}
            fault={checked ? fault : undefined}
            autocomplete="new-password"
          />
          <div class="row wrap">
            <Button type="submit" busy={sending.busy}>
              {words.account.changePassword}
            </Button>
            <Button kind="plain" onClick={() => setOpen(false)}>
              {words.common.cancel}
            </Button>
          </div>
        </Form>
      )}
    </Matter>
  );
}

function Leave(): JSX.Element {
  const words = useWords();
  const { role } = useAccount();
  const [asking, setAsking] = useState(false);
  const [when, setWhen] = useState<"grace" | "now">("grace");
  const sending = useSending();
  // a guardian owns nothing that could wait
  const waits = role === "parent" && when === "grace";
  const leave = async (): Promise<void> => {
    const path = role === "parent" && !waits ? "/api/v1/me?grace=0" : "/api/v1/me";
    const asked = await sending.run(() => freshly(() => ask.delete(path)));
    if (!asked) return;
    if (waits)
      go("privacy"); // there it can be taken back
    else session.end(false);
  };
  return (
    <Matter title={words.account.remove} lead={words.account.removeLead}>
      <div>
        <Button kind="danger quiet" icon="trash" onClick={() => setAsking(true)}>
          {words.account.remove}
        </Button>
      </div>
      {asking && (
        <Dialog title={words.account.removeAsk} onClose={() => setAsking(false)}>
          <p>{words.account.removeLead}</p>
          {role === "parent" && (
            <Choices
              legend={words.account.remove}
              hidden
              value={when}
              onValue={setWhen}
              options={[
                {
                  value: "grace",
                  title: words.childPage.removeGrace,
                  text: words.childPage.removeGraceText,
                },
                { value: "now", title: words.childPage.removeNow, text: words.childPage.removeNowText },
              ]}
            />
          )}
          <Fault text={sending.fault} />
          <Button kind="danger" full busy={sending.busy} onClick={() => void leave()}>
            {words.account.removeDo}
          </Button>
          <Button kind="quiet" full onClick={() => setAsking(false)}>
            {words.common.cancel}
          </Button>
        </Dialog>
      )}
    </Matter>
  );
}
