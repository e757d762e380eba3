/** One HTTP request over Espruino's http: pieces of the answer as they come, then its status, once. */

const http = espruino("http") as EspruinoHttp;

/** `body` undefined: GET. `done` is told status 0 where no whole answer came within `ms`. */
export function get(
  address: string,
  body: string | undefined,
  ms: number,
  data: (piece: string) => void,
  done: (status: number) => void,
): void {
  const options = url.parse(address) as { [field: string]: unknown };
  options.method = body === undefined ? "GET" : "POST";
  if (body !== undefined)
    options.headers = { "Content-Type": "application/json", "Content-Length": body.length };
  let status = 0;
  let over = false;
  const finish = (answered: number): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    done(answered);
  };
  const timer = setTimeout(() => finish(0), ms);
  try {
    const request = http.request(options, (response) => {
      status = parseInt(response.statusCode, 10);
      response.on("data", (piece) => {
        if (!over) data(piece);
      });
      response.on("close", () => finish(status));
    });
    request.on("error", () => finish(0));
    if (body !== undefined) request.write(body);
    request.end();
  } catch {
    finish(0);
  }
}
