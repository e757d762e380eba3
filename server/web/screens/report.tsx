/** A child's week in numbers: counts, a chart that is fetched with this page, and the same as a table for ears. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { pathOf } from "../router/pages.ts";
import type { Params } from "../router/pages.ts";
import { Away } from "../ui/away.tsx";
import { Bear } from "../ui/bear.tsx";
import { Page } from "../ui/page.tsx";
import { Button } from "../ui/parts.tsx";
import { theme } from "../ui/theme.ts";
import { useAnswer, useStore, useWords } from "../ui/use.ts";
import { day } from "../words/words.ts";
import "./report.css";

interface Week {
  id: string;
  week: string;
  turns: number;
  minutes: number;
  conversations: number;
  redirected: number;
  escalated: number;
  by_day: { day: string; turns: number; minutes: number }[];
}

export function ReportScreen({ params }: { params: Params }): JSX.Element {
  const { report } = useWords();
  const { value, fault, again } = useAnswer<{ reports: Week[] }>(
    `/api/v1/reports?child_id=${params.child_id}`,
  );
  const [back, setBack] = useState(0);
  const weeks = value?.reports;
  const week = weeks?.[back];
  return (
    <Page
      title={report.title}
      lead={week && report.week(day(noon(week.week)))}
      back={pathOf("child", params)}
    >
      {!weeks && <Away fault={fault} again={again} list />}
      {weeks?.length === 0 && (
        <div class="card empty">
          <Bear size={100} />
          <h2>{report.empty}</h2>
          <p class="soft">{report.emptyText}</p>
        </div>
      )}
      {week && (
        <div class="stack wide">
          <dl class="counts">
            {(["turns", "minutes", "conversations", "redirected", "escalated"] as const).map((key) => (
              <div key={key} class="card count">
                <dt class="soft small">{report[key]}</dt>
                <dd class="numbers">{week[key]}</dd>
              </div>
            ))}
          </dl>
          <section class="card stack">
            <h2>{report.chart}</h2>
            <Chart week={week} />
            <table class="table">
              <caption class="unseen">{report.chart}</caption>
              <thead>
                <tr>
                  <th scope="col">{report.day}</th>
                  <th scope="col">{report.turns}</th>
                  <th scope="col">{report.minutes}</th>
                </tr>
              </thead>
              <tbody>
                {week.by_day.map((one) => (
                  <tr key={one.day}>
                    <th scope="row">{day(noon(one.day))}</th>
                    <td class="numbers">{one.turns}</td>
                    <td class="numbers">{one.minutes}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <div class="row apart">
            {back + 1 < weeks!.length ? (
              <Button kind="quiet" onClick={() => setBack(back + 1)}>
                {report.earlier}
              </Button>
            ) : (
              <span />
            )}
            {back > 0 && (
              <Button kind="quiet" onClick={() => setBack(back - 1)}>
                {report.later}
              </Button>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

/** px */
const HEIGHT = 240;

function Chart({ week }: { week: Week }): JSX.Element {
  const { report } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const chosen = useStore(theme);
  useEffect(() => {
    let close: (() => void) | undefined;
    let wanted = true;
    void import("uplot")
      .then(({ default: UPlot }) => {
        const box = place.current;
        if (!wanted || !box) return;
        const colour = (name: string): string => getComputedStyle(box).getPropertyValue(name).trim();
        const font = `600 13px ${getComputedStyle(box).fontFamily}`;
        const axis = {
          stroke: colour("--ink-soft"),
          font,
          grid: { stroke: colour("--line"), width: 1 },
          ticks: { show: false },
        };
        const bars = (size: number, align: -1 | 1) =>
          UPlot.paths.bars!({ size: [size, 40], align, radius: 0.25 });
        const seven = week.by_day.map((_, at) => at);
        const chart = new UPlot(
          {
            width: box.clientWidth,
            height: HEIGHT,
            cursor: { show: false },
            legend: { show: false },
            scales: {
              x: { time: false, range: [-0.6, 6.6] },
              y: { range: (_plot, _least, most) => [0, Math.max(4, most * 1.15)] },
            },
            axes: [
              {
                ...axis,
                grid: { show: false },
                splits: seven,
                values: (_plot, splits) => splits.map((at) => weekday(week.by_day[at]?.day)),
              },
              { ...axis, size: 40 },
            ],
            series: [
              {},
              {
                label: report.turns,
                fill: colour("--pine"),
                stroke: colour("--pine"),
                paths: bars(0.36, -1),
                points: { show: false },
              },
              {
                label: report.minutes,
                fill: colour("--honey"),
                stroke: colour("--honey"),
                paths: bars(0.36, 1),
                points: { show: false },
              },
            ],
          },
          [seven, week.by_day.map(({ turns }) => turns), week.by_day.map(({ minutes }) => minutes)],
          box,
        );
        const fit = (): void => chart.setSize({ width: box.clientWidth, height: HEIGHT });
        addEventListener("resize", fit);
        close = () => {
          removeEventListener("resize", fit);
          chart.destroy();
        };
      })
      .catch(() => undefined); // the table says the same
    return () => {
      wanted = false;
      close?.();
    };
  }, [week, chosen, report]);
  return (
    <>
      <div ref={place} style={{ minHeight: `${HEIGHT}px` }} aria-hidden="true" />
      <p class="row wrap small" aria-hidden="true">
        <span class="row" style={{ gap: "6px" }}>
          <span class="dot good" /> {report.turns}
        </span>
        <span class="row" style={{ gap: "6px" }}>
          <span class="dot warm" /> {report.minutes}
        </span>
      </p>
    </>
  );
}

/** A date alone would be midnight at Greenwich, which is the day before in America. */
const noon = (date: string): string => `${date}T12:00:00`;

function weekday(date: string | undefined): string {
  if (date === undefined) return "";
  return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short" }).format(
    new Date(noon(date)),
  );
}
