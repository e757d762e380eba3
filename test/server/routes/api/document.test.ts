/** The API as a document: valid OpenAPI 3.1, made of the routes that stand, and of nothing else. MISSION B32 */
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REFUSALS } from "../../../../server/errors.ts";
import type { ApiDocument, ApiOperation } from "../../../../server/routes/api/document.ts";
import { SECTIONS } from "../../../../server/routes/api/table.ts";
import { startCell } from "../../../support/cell.ts";
import type { TestCell } from "../../../support/cell.ts";
import { newValidator } from "../../../support/document.ts";

let cell: TestCell;
let document: ApiDocument;
beforeAll(async () => {
  cell = await startCell();
  document = (await (await fetch(`${cell.url}/api/openapi.json`)).json()) as ApiDocument;
});
afterAll(() => cell?.stop());

const operations = (): [string, ApiOperation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, of]): [string, ApiOperation] => [
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
      of,
    ]),
  );

describe("the document of a cell", () => {
  test("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(document as never);
    expect([valid, errors]).toEqual([true, undefined]);
    expect(document.openapi).toBe("3.1.0");
  });

  test("has each route of the table, and no other: walks/doors.test.ts holds the routes to a table too", () => {
    const said = SECTIONS.flatMap(({ routes }) => Object.keys(routes));
    expect(
      operations()
        .map(([key]) => key)
        .sort(),
    ).toEqual(said.sort());
  });

  test("has a name of its own for each, a section, and an answer that is no refusal", () => {
    const all = operations().map(([, of]) => of);
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
    for (const [key, { tags, responses }] of operations()) {
      expect([key, tags]).not.toEqual([key, ["Other"]]);
      expect([key, Object.keys(responses).some((status) => /^2/.test(status))]).toEqual([key, true]);
    }
  });

  test("has a schema for every answer in JSON and every body", () => {
    const bare: string[] = [];
    for (const [key, { responses, requestBody }] of operations())
      for (const { content = {} } of [...Object.values(responses), ...(requestBody ? [requestBody] : [])])
        for (const [type, { schema }] of Object.entries(content))
          if (type === "application/json" && Object.keys(schema).length === 0) bare.push(key);
    // an export is what the family has, the two documents are what they are
    expect(bare).toEqual(["GET /api/openapi.json", "GET /api/asyncapi.json", "GET /api/v1/exports/:id/file"]);
  });

  test("has schemas that a validator can compile", () => {
    const ajv = newValidator();
    for (const [, { responses, requestBody, parameters = [] }] of operations()) {
      const bodies = [...Object.values(responses), ...(requestBody ? [requestBody] : [])];
      const schemas = bodies.flatMap(({ content = {} }) =>
        Object.values(content).map(({ schema }) => schema),
      );
      for (const schema of [...schemas, ...parameters.map(({ schema }) => schema)])
        ajv.compile({ ...schema, components: document.components });
    }
  });

  test("tells each error's codes with the status that they have", () => {
    for (const [key, { responses }] of operations())
      for (const [status, { "x-codes": codes = [] }] of Object.entries(responses))
        for (const code of codes) expect([key, code, String(REFUSALS[code][0])]).toEqual([key, code, status]);
  });

  test("says of whom each route is: a key or a token where the route asks for one", () => {
    const of = Object.fromEntries(operations());
    expect(of["GET /api/v1/children"]!.security).toEqual([{ parent: [] }]);
    expect(of["GET /api/v1/privacy"]!.security).toEqual([]);
    expect(of["GET /metrics"]!.security).toEqual([{ metrics: [] }, { developer: [] }]);
    expect(of["GET /api/v1/chatkit/sessions"]!["x-limit"]).toBe("chat");
    for (const [key, { security, responses }] of operations())
      if (security.length > 0) expect([key, "401" in responses]).toEqual([key, true]);
  });

  test("is kept by who has it", async () => {
    const first = await fetch(`${cell.url}/api/openapi.json`);
    const etag = first.headers.get("etag")!;
    expect((await fetch(`${cell.url}/api/openapi.json`, { headers: { "if-none-match": etag } })).status).toBe(
      304,
    );
  });
});

describe("the page", () => {
  test("names every route, and asks for nothing but its own style", async () => {
    const answer = await fetch(`${cell.url}/api/docs`);
    const html = await answer.text();
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'; style-src 'self'");
    expect(html).not.toMatch(/<script|style=|https?:/);
    for (const { operationId } of operations().map(([, of]) => of))
      expect(html).toContain(`id="${operationId}"`);
    expect((await fetch(`${cell.url}/api/docs.css`)).headers.get("content-type")).toBe(
      "text/css; charset=utf-8",
    );
  });
});
