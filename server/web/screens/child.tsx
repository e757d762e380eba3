/** A child: where its settings, consent, numbers and conversations are; and deleting it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Child } from "../api/types.ts";
import { pages, pathOf } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { go } from "../router/place.ts";
import { answers, ask } from "../services.ts";
import { Choices } from "../ui/fields.tsx";
import { freshly } from "../ui/fresh.tsx";
import { Icon } from "../ui/icons.tsx";
import type { IconName } from "../ui/icons.tsx";
import { Page } from "../ui/page.tsx";
import { Button, Dialog, Fault, Loading } from "../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useSending, useWords } from "../ui/use.ts";

export function ChildScreen({ params }: { params: Params }): JSX.Element {
  const words = useWords();
  const { childPage } = words;
  const { role } = useAccount();
  const { value: child, fault } = useAnswer<Child>(`/api/v1/children/${params.child_id}`);
  const [asking, setAsking] = useState(false);
  const ways: readonly { icon: IconName; href: string; title: string; text: string }[] = [
    { icon: "moon", href: pathOf("limits", params), title: childPage.settings, text: childPage.settingsText },
    {
      icon: "privacy",
      href: pathOf("consent", params),
      title: childPage.consent,
      text: childPage.consentText,
    },
    { icon: "talks", href: pages.talks, title: childPage.talks, text: childPage.talksText },
    { icon: "chart", href: pathOf("report", params), title: childPage.report, text: childPage.reportText },
  ];
  return (
    <Page
      title={child?.nickname ?? childPage.talks}
      lead={child && childPage.age(child.age)}
      back={pages.home}
    >
      {fault !== undefined && <Fault text={sayRefused(words, fault)} />}
      {!child && fault === undefined && <Loading />}
      {child && (
        <div class="stack wide">
          <ul class="stack">
            {ways.map(({ icon, href, title, text }) => (
              <li key={title}>
                <a class="card link row" href={href}>
                  <Icon name={icon} />
                  <span class="grow">
                    <span class="strong">{title}</span>
                    <br />
                    <span class="soft small">{text}</span>
                  </span>
                  <Icon name="forward" />
                </a>
              </li>
            ))}
          </ul>
          {role === "parent" && (
            <div>
              <Button kind="danger quiet" icon="trash" onClick={() => setAsking(true)}>
                {childPage.remove}
              </Button>
            </div>
          )}
        </div>
      )}
      {child && asking && <Remove child={child} onClose={() => setAsking(false)} />}
    </Page>
  );
}

function Remove({ child, onClose }: { child: Child; onClose: () => void }): JSX.Element {
  const { childPage, common } = useWords();
  const [when, setWhen] = useState<"grace" | "now">("grace");
  const sending = useSending();
  const remove = (): Promise<boolean> =>
    sending.run(async () => {
      const query = when === "now" ? "?grace=0" : "";
      await freshly(() => ask.delete(`/api/v1/children/${child.id}${query}`));
      answers.clear();
      go("privacy", {}, { replace: true });
    });
  return (
    <Dialog title={childPage.removeAsk(child.nickname)} onClose={onClose}>
      <p>{childPage.removeLead}</p>
      <Choices
        legend={childPage.remove}
        hidden
        value={when}
        onValue={setWhen}
        options={[
          { value: "grace", title: childPage.removeGrace, text: childPage.removeGraceText },
          { value: "now", title: childPage.removeNow, text: childPage.removeNowText },
        ]}
      />
      <Fault text={sending.fault} />
      <Button kind="danger" full busy={sending.busy} onClick={() => void remove()}>
        {childPage.removeDo}
      </Button>
      <Button kind="quiet" full onClick={onClose}>
        {common.cancel}
      </Button>
    </Dialog>
  );
}
