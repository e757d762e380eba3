/** The app's pages and their paths. */
import { describe, expect, test } from "vitest";
import { pages, pathOf, placeOf } from "../../../server/web/router/pages.ts";

describe("a path", () => {
  test.each([
    ["/", "home", {}],
    ["/sign-in/", "signIn", {}],
    ["/children/new", "newChild", {}],
    ["/children/0a1b", "child", { child_id: "0a1b" }],
    ["/children/0a1b/consent", "consent", { child_id: "0a1b" }],
    ["/talks/live", "live", {}],
    ["/talks/a%20b", "talk", { talk_id: "a b" }],
  ])("%s is %s", (path, page, params) => expect(placeOf(path)).toEqual({ page, params }));

  test.each(["/nothing", "/children", "/children/a/b/c", "/%"])("%s is no page", (path) =>
    expect(placeOf(path)).toBeUndefined(),
  );

  test("of a page leads back to it", () => {
    for (const [page, form] of Object.entries(pages)) {
      const names = [...form.matchAll(/:([a-z_]+)/g)].map(([, name]) => name!);
      const params = Object.fromEntries(names.map((name) => [name, `${name}/?#`]));
      expect(placeOf(pathOf(page as keyof typeof pages, params))).toEqual({ page, params });
    }
  });
});
