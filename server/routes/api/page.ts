/** The API as a page: each section's routes, each route's fields and answers. Without a script; what is folded opens by itself. */
import type { ApiAnswer, ApiDocument, ApiOperation, JsonSchema } from "./document.ts";

const LIMITS: Record<string, string> = {
  exempt: "not limited",
  address: "the caller's minute",
  credentials: "20 a minute: it can be guessed at",
  chat: "30 a minute",
  models: "30 a minute",
  admin: "10 a minute",
  keys: "5 a minute",
  claim: "600 a minute for an address",
};

const WHO: Record<string, string> = {
  parent: "a signed-in parent",
  developer: "the key of whoever runs the cell",
  metrics: "the metrics' token",
};

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
/** Escaped, and what stands between backticks as code. */
const prose = (text: string): string => escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
const slug = (title: string): string => title.toLowerCase().replace(/[^a-z]+/g, "-");

export function pageOf({ info, tags, paths }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<section id="${slug(name)}"><h2>${escape(name)}</h2><p class="soft">${prose(description)}</p>
${own.map(({ path, method, operation }) => operationOf(path, method, operation)).join("\n")}</section>`;
  });
  const links = tags.map(({ name }) => `<li><a href="#${slug(name)}">${escape(name)}</a></li>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(info.title)}: the API</title>
<link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<a class="skip" href="#main">To the routes</a>
<header>
<p class="kind">${escape(info.title)} ${escape(info.version)}</p>
<h1>What the server can be asked</h1>
<p class="lead">${prose(info.description)}</p>
<p class="files"><a href="/api/openapi.json">openapi.json</a> <a href="/api/asyncapi.json">asyncapi.json</a></p>
</header>
<div class="columns">
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main id="main" tabindex="-1">${sections.join("\n")}</main>
</div>
</body>
</html>
`;
}

function operationOf(path: string, method: string, operation: ApiOperation): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content["application/json"]?.schema;
  const shown = [
    parameters.length > 0 && block("In the address", fieldList(parameters.map(rowOfParameter))),
    body && block(requestBody.required ? "Body" : "Body, if any", schemaOf(body)),
    block("Answers", answersOf(responses)),
  ];
  return `<details id="${operation.operationId}"><summary><span class="method ${method}">${method.toUpperCase()}</span>
<span class="path">${escape(path).replaceAll("/", "/<wbr>")}</span><span class="says">${prose(summary)}</span></summary>
<div class="inside"><p class="who">${whoOf(operation)}</p>
${shown.filter(Boolean).join("\n")}</div></details>`;
}

function whoOf({ security, "x-limit": limit }: ApiOperation): string {
  const who = security.flatMap((one) => Object.keys(one)).map((name) => WHO[name] ?? name);
  const asks = who.length > 0 ? who.join(", or ") : "anybody";
  return `<span class="chip">For ${escape(asks)}</span> <span class="chip quiet">Limit: ${escape(LIMITS[limit] ?? limit)}</span>`;
}

const block = (title: string, inner: string): string => `<h3>${escape(title)}</h3>${inner}`;

function answersOf(responses: Record<string, ApiAnswer>): string {
  const rows = Object.entries(responses)
    .filter(([status]) => status !== "default")
    .map(([status, { description, content = {} }]) => {
      const [type, media] = Object.entries(content)[0] ?? [];
      const isError = Number(status) >= 400;
      const told = media && !isError ? mediaOf(type!, media.schema) : "";
      return `<div class="answer"><span class="status s${status[0]}">${status}</span><div><p>${prose(description)}</p>${told}</div></div>`;
    });
  return rows.join("\n");
}

function mediaOf(type: string, schema: JsonSchema): string {
  return type === "application/json" && Object.keys(schema).length > 0
    ? schemaOf(schema)
    : `<p class="soft">${escape(type)}</p>`;
}

interface Row {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

function rowOfParameter({ name, required, schema }: NonNullable<ApiOperation["parameters"]>[number]): Row {
  return { name, required, schema };
}

function fieldList(rows: Row[]): string {
  const fields = rows.map(
    ({ name, required, schema }) =>
      `<li><code class="name">${escape(name)}</code> <span class="type">${escape(typeOf(schema))}</span>${
        required ? "" : ' <span class="optional">optional</span>'
      }${innerOf(schema)}</li>`,
  );
  return `<ul class="fields">${fields.join("")}</ul>`;
}

/** The fields of an object, of each of an array's, or of each of several forms. */
function innerOf(schema: JsonSchema): string {
  const {
    properties,
    required = [],
    items,
    anyOf,
  } = schema as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
    items?: JsonSchema;
    anyOf?: JsonSchema[];
  };
  if (properties && Object.keys(properties).length > 0)
    return fieldList(
      Object.entries(properties).map(([name, of]) => ({
        ...{ name, schema: of, required: required.includes(name) },
      })),
    );
  if (items) return innerOf(items);
  return (anyOf ?? []).map(innerOf).filter(Boolean).join('<p class="soft">or</p>');
}

function schemaOf(schema: JsonSchema): string {
  return innerOf(schema) || `<p class="soft">${escape(typeOf(schema))}</p>`;
}

/** A type in a few words: `integer, 0 to 100`, `text, at most 40 characters`, `a or b`. */
function typeOf(schema: JsonSchema): string {
  const { type, anyOf, items, format, minimum, maximum, minLength, maxLength, maxItems } = schema as Record<
    string,
    never
  > & { anyOf?: JsonSchema[]; items?: JsonSchema };
  if ("enum" in schema) return (schema.enum as unknown[]).map((one) => JSON.stringify(one)).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (anyOf) return anyOf.map(typeOf).join(" or ");
  if (type === "array")
    return `list${maxItems === undefined ? "" : ` of at most ${String(maxItems)}`}: ${items ? typeOf(items) : "anything"}`;
  const words = [
    format === "date-time" ? "a time" : type === undefined ? "anything" : [type].flat().join(" or "),
  ];
  if (minimum !== undefined && maximum !== undefined) words.push(`${String(minimum)} to ${String(maximum)}`);
  else if (minimum !== undefined) words.push(`at least ${String(minimum)}`);
  else if (maximum !== undefined) words.push(`at most ${String(maximum)}`);
  if (maxLength !== undefined && minLength === maxLength) words.push(`${String(maxLength)} characters`);
  else if (maxLength !== undefined) words.push(`at most ${String(maxLength)} characters`);
  return words.join(", ");
}
