/** What the server refused, or that it could not be reached: one kind of error, with the code of its envelope. */

/** The codes of ours: the network is away; the answer was of no known form. */
export type RefusedCode = "OFFLINE" | "UNREADABLE" | (string & {});

export class Refused extends Error {
  readonly code: RefusedCode;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(code: RefusedCode, status = 0, details: Record<string, unknown> = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** s until it may be tried again, where the server said so */
  get retryAfterS(): number | undefined {
    const { retry_after_s: seconds } = this.details;
    return typeof seconds === "number" ? seconds : undefined;
  }
}

/** Of an answer that is not ok. */
export async function refusedOf(answer: Response): Promise<Refused> {
  const body = (await answer.json().catch(() => undefined)) as
    { error?: { code?: string; details?: Record<string, unknown> } } | undefined;
  return new Refused(body?.error?.code ?? "UNREADABLE", answer.status, body?.error?.details);
}

/** Any thrown thing's code, for a sentence of the catalogue. */
export const codeOf = (error: unknown): RefusedCode => (error instanceof Refused ? error.code : "UNREADABLE");
