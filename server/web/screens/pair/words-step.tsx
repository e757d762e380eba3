/** Sixteen pictures, of which the bear says three: tapped in order, they show that it is the bear in the room. PROTOCOL.md §8.3 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PairingWindow } from "../../api/types.ts";
import { ask } from "../../services.ts";
import { Button, Fault, Note } from "../../ui/parts.tsx";
import { useSending, useStore, useWords } from "../../ui/use.ts";
import { spoken } from "../../words/words.ts";
import { Picture } from "./picture.tsx";

/** words that a bear says */
const WORDS = 3;

interface WordsParts {
  windowId: string;
  choices: readonly string[];
  triesLeft: number | undefined;
  onView: (view: PairingWindow) => void;
}

export function WordsStep({ windowId, choices, triesLeft, onView }: WordsParts): JSX.Element {
  const words = useWords();
  const { pair } = words;
  const { language } = useStore(spoken);
  const [chosen, choose] = useState<readonly string[]>([]);
  const sending = useSending();
  const names = words.words as Record<string, string>;
  const nameOf = (word: string): string => names[word] ?? word;

  const tap = (word: string): void => {
    if (chosen.includes(word)) choose(chosen.filter((one) => one !== word));
    else if (chosen.length < WORDS) choose([...chosen, word]);
  };
  const submit = (): Promise<boolean> =>
    sending.run(async () => {
      const view = await ask.post<PairingWindow>(`/api/v1/pair/windows/${windowId}/words`, { words: chosen });
      if (!view.picked) choose([]);
      onView(view);
    });

  return (
    <div class="stack">
      <h2>{pair.wordsTitle}</h2>
      <p class="soft">{pair.wordsLead}</p>
      {triesLeft !== undefined && chosen.length === 0 && <Note kind="bad">{pair.triesLeft(triesLeft)}</Note>}
      <Fault text={sending.fault} />
      <ol class="slots" aria-label={pair.chosen} aria-live="polite">
        {Array.from({ length: WORDS }, (_, at) => (
          <li key={at} class={chosen[at] === undefined ? "slot" : "slot full"}>
            <span class="unseen">{pair.place(at + 1)}: </span>
            {chosen[at] === undefined ? (
              <>
                <span aria-hidden="true">{at + 1}</span>
                <span class="unseen">{pair.empty}</span>
              </>
            ) : (
              <>
                <Picture word={chosen[at]} size={34} />
                {nameOf(chosen[at])}
              </>
            )}
          </li>
        ))}
      </ol>
      <ul class="tiles">
        {choices.map((word) => {
          const place = chosen.indexOf(word) + 1;
          return (
            <li key={word}>
              <button type="button" class="tile" aria-pressed={place > 0} onClick={() => tap(word)}>
                <Picture word={word} />
                <span class="tile-word">{nameOf(word)}</span>
                {language !== "en" && (
                  <span class="tile-english" lang="en">
                    {word}
                  </span>
                )}
                {place > 0 && (
                  <span class="tile-place" aria-hidden="true">
                    {place}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
      <div class="sticky-actions">
        {chosen.length > 0 && chosen.length < WORDS && (
          <Button kind="quiet" icon="undo" full onClick={() => choose(chosen.slice(0, -1))}>
            {pair.undo}
          </Button>
        )}
        {chosen.length === WORDS && (
          <Button full icon="check" busy={sending.busy} onClick={() => void submit()}>
            {pair.submitWords}
          </Button>
        )}
      </div>
      <p class="soft small center">{pair.wordsWhy}</p>
    </div>
  );
}
