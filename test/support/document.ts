/** Holds each answer of a server to what its own document says of it: an answer that is not in there becomes a 500 that a test sees. */
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { ValidateFunction } from "ajv";
import type { HttpApp } from "../../server/adapters/http.ts";
import type { ApiDocument, JsonSchema } from "../../server/routes/api/document.ts";

/** Of JSON Schema 2020-12, which OpenAPI 3.1 and AsyncAPI 3 both speak. */
export function newValidator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  return ajv;
}

/** A room that comes after `apiRoutes`, and before all routes it should hold. */
export function holdToDocument(app: HttpApp): void {
  const ajv = newValidator();
  const validators = new Map<JsonSchema, ValidateFunction>();
  let document: ApiDocument | undefined;

  function validatorOf({ components }: ApiDocument, schema: JsonSchema): ValidateFunction {
    const known = validators.get(schema) ?? ajv.compile({ ...schema, components });
    validators.set(schema, known);
    return known;
  }

  app.addHook("onSend", async (request, reply, payload) => {
    document ??= app.describeApi();
    const { url = "", config } = request.routeOptions;
    const template = url.replace(/:(\w+)/g, "{$1}");
    const operation = document.paths[template]?.[request.method.toLowerCase()];
    if (!operation || config.others) return payload;
    const wrong = wrongIn(
      document,
      operation,
      reply.statusCode,
      String(reply.getHeader("content-type")),
      payload,
    );
    if (wrong !== undefined) throw new Error(`${request.method} ${template} ${reply.statusCode}: ${wrong}`);
    return payload;
  });

  function wrongIn(
    document: ApiDocument,
    { responses }: ApiDocument["paths"][string][string],
    status: number,
    type: string,
    payload: unknown,
  ): string | undefined {
    const told = responses[status];
    if (!told) return status === 304 ? undefined : "its status is not in the document";
    const [media, schema] = Object.entries(told.content ?? {})[0] ?? [];
    if (media === undefined)
      return payload === null || payload === "" || payload === "null" ? undefined : "it has a body";
    if (!type.startsWith(media)) return `it is ${type}`;
    if (media !== "application/json" || typeof payload !== "string") return undefined;
    const body = JSON.parse(payload) as { error?: { code: string } };
    const validate = validatorOf(document, schema!.schema);
    if (!validate(body)) return ajv.errorsText(validate.errors);
    const codes = told["x-codes"] as string[] | undefined;
    return codes && !codes.includes(body.error!.code)
      ? `${body.error!.code} is not in the document`
      : undefined;
  }
}
