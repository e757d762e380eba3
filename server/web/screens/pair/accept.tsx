/** A bear that another family hands on is taken over: for which child, and with the code they were given. PROTOCOL.md §8.6 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Child } from "../../api/types.ts";
import { pages } from "../../router/pages.ts";
import { address, forgetHash } from "../../router/place.ts";
import { ask } from "../../services.ts";
import { Bear } from "../../ui/bear.tsx";
import { Page } from "../../ui/page.tsx";
import { Fault, LinkButton, Loading, Note } from "../../ui/parts.tsx";
import { sayRefused, useAccount, useAnswer, useSending, useWords } from "../../ui/use.ts";
import { LabelForm } from "./label-form.tsx";
import { labelOf } from "./label.ts";
import type { Label } from "./label.ts";
import { WhoStep } from "./steps.tsx";

export function Accept(): JSX.Element {
  const words = useWords();
  const { accept } = words;
  const { role } = useAccount();
  const { value, fault } = useAnswer<{ children: Child[] }>("/api/v1/children");
  // the link of the family that hands it on
  const [given] = useState(() => labelOf(address.get().hash));
  const [childId, setChildId] = useState<string | undefined>();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (address.get().hash !== "") forgetHash();
  }, []);
  const kids = value?.children;
  const child = kids?.find(({ id }) => id === childId);
  return (
    <Page title={accept.title} lead={accept.lead} back={pages.home}>
      {role === "guardian" ? (
        <Note>{words.common.readOnly}</Note>
      ) : (
        <div class="card">
          {fault !== undefined && !kids && <Fault text={sayRefused(words, fault)} />}
          {!kids && fault === undefined && <Loading />}
          {kids && !child && <WhoStep kids={kids} onChild={setChildId} />}
          {child && !done && <Take child={child} given={given} onDone={() => setDone(true)} />}
          {child && done && (
            <div class="stack center" role="status">
              <Bear mood="happy" size={120} />
              <h2>{words.pair.doneTitle}</h2>
              <p class="soft">{accept.done(child.nickname)}</p>
              <LinkButton href={pages.home}>{words.common.toHome}</LinkButton>
            </div>
          )}
        </div>
      )}
    </Page>
  );
}

interface TakeParts {
  child: Child;
  given: Label | undefined;
  onDone: () => void;
}

function Take({ child, given, onDone }: TakeParts): JSX.Element {
  const { accept } = useWords();
  const sending = useSending();
  async function take({ deviceId, code }: Label): Promise<void> {
    const asked = { code, child_id: child.id };
    if (await sending.run(() => ask.post(`/api/v1/toys/${deviceId}/transfer/accept`, asked))) onDone();
  }
  return (
    <div class="stack">
      <h2>{accept.codeTitle}</h2>
      <Fault text={sending.fault} />
      <LabelForm
        given={given}
        submit={accept.submit}
        busy={sending.busy}
        onLabel={(label) => void take(label)}
      />
    </div>
  );
}
