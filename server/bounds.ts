/** Every bound of the server that is not the wire's own: how many, how large, how long. */

/** bytes of JSON a route takes, MISSION B19 */
export const MAX_BODY_BYTES = 10_240;
/** ms from TURN_END to the first sound of an answer or a fallback, MISSION C49 */
export const TURN_BUDGET_MS = 6_000;
/** ms kept back of that budget for the fallback itself */
export const FALLBACK_RESERVE_MS = 500;
/** ms for speech-to-text */
export const TRANSCRIBE_MS = 4_000;
/** ms until a model's first token */
export const FIRST_TOKEN_MS = 4_000;
/** ms between two tokens, or two pieces of speech */
export const BETWEEN_TOKENS_MS = 3_000;
/** ms for one safety check */
export const CHECK_MS = 2_000;
/** ms for a whole request to a model service, MISSION A18 */
export const MODEL_MS = 30_000;
/** ms a sound process may take over its deadline before it is killed, MISSION C24 */
export const SOUND_MS = 10_000;
/** s of sound of an utterance or a sentence, MISSION C24 */
export const MAX_SOUND_S = 30;
/** s of sound of one whole reply: a story from the shelf */
export const MAX_REPLY_S = 180;
/** ms a sound process may live in all: utterance, thought, reply and what a slow toy holds back */
export const SOUND_LIFE_MS = 300_000;
/** sentences of a model's reply that are spoken, SAFETY "Conversation" */
export const MAX_SENTENCES = 3;
/** characters of one sentence; a longer one is cut at a space */
export const MAX_SENTENCE_CHARS = 300;
/** characters of a model's reply that are read at all */
export const MAX_REPLY_CHARS = 4_000;
/** turns of a conversation that a model sees, SAFETY "Conversation" */
export const MEMORY_TURNS = 12;
/** ms after which a silent conversation is forgotten */
export const MEMORY_MS = 30 * 60_000;
/** turns a cell runs at once; more are refused with UNAVAILABLE */
export const MAX_TURNS = 200;
/** links admitted that have not subscribed yet; the oldest is forgotten first */
export const MAX_WAITING_LINKS = 1_000;
/** s a toy has to acknowledge that it will come back */
export const RECONNECT_TTL_S = 2;
/** ms a drain waits for running turns, MISSION C32 */
export const DRAIN_MS = 30_000;
/** ms between two re-readings of the sessions of a cell's links, PROTOCOL.md §4.5 */
export const REREAD_MS = 10_000;
/** requests for a challenge or a claim an address may make, a minute, PROTOCOL.md §3.3 */
export const CLAIMS_PER_ADDRESS = 600;
/** failing claims of an address, a minute */
export const FAILURES_PER_ADDRESS = 20;
/** failing claims under one id, in 15 minutes */
export const FAILURES_PER_TOY = 5;
/** ms in which FAILURES_PER_TOY counts */
export const TOY_FAILURE_WINDOW_MS = 15 * 60_000;
/** ms in which what an address does is counted */
export const ADDRESS_WINDOW_MS = 60_000;
/** other requests of an address, a minute, MISSION B01 */
export const REQUESTS_PER_ADDRESS = 1_000;
/** ms that a former nonce key holds after a cell started with a new one, PROTOCOL.md §3.1 */
export const FORMER_KEY_MS = 180_000;
/** toys in one re-reading of sessions */
export const REREAD_TOYS = 500;
/** toys in one answer of telemetry */
export const MAX_TELEMETRY_TOYS = 1_000;
/** characters of an Authorization header that are looked at */
export const MAX_AUTHORIZATION_CHARS = 512;
/** bytes of a request's line and headers; more is 431 */
export const MAX_HEADER_BYTES = 8_192;
/** ms until a request's headers must have arrived */
export const HEADERS_MS = 10_000;
/** ms until a whole request must have arrived */
export const REQUEST_MS = 15_000;
/** ms a connection may be idle between two requests; longer than the proxies' own */
export const IDLE_MS = 65_000;
/** ms an answer about readiness is given again, MISSION D02 */
export const READY_CACHE_MS = 1_000;
/** ms for all checks of readiness together, MISSION D02 */
export const READY_MS = 2_000;
/** bytes of a model service's answer in JSON */
export const MAX_MODEL_JSON_BYTES = 65_536;
/** bytes of a chat answer as it streams, JSON included */
export const MAX_MODEL_STREAM_BYTES = 2_097_152;
/** characters of one line or event of such a stream */
export const MAX_EVENT_CHARS = 65_536;
/** bytes of a spoken sentence as a service sends it: 30 s of 48 kHz stereo float */
export const MAX_SPEECH_BYTES = 11_520_000;
/** characters of a transcript that are read */
export const MAX_TRANSCRIPT_CHARS = 1_000;
/** tokens asked of a chat model, for MAX_SENTENCES with room to spare */
export const MAX_REPLY_TOKENS = 300;
/** requests that may run at one model service at once */
export const MAX_MODEL_REQUESTS = 256;
/** ms to open a connection to a model service */
export const MODEL_CONNECT_MS = 3_000;
/** ms an unused connection to a model service is kept */
export const MODEL_IDLE_MS = 55_000;
/** marks of used nonces that one process keeps; above it claims are refused */
export const MAX_NONCE_MARKS = 200_000;
/** sessions that one process keeps */
export const MAX_SESSIONS = 100_000;
/** keys that one process counts at once */
export const MAX_COUNTED_KEYS = 100_000;
/** ms between two clearings of what has expired in process */
export const SWEEP_MS = 1_000;
/** characters of a notice between cells */
export const MAX_NOTICE_CHARS = 4_096;
/** connections to Postgres, MISSION C55 */
export const MAX_DATABASE_LINKS = 20;
/** ms to reach Postgres, or for one of its connections to come free */
export const DATABASE_CONNECT_MS = 2_000;
/** ms one SQL statement may take, MISSION C55 */
export const STATEMENT_MS = 5_000;
/** ms above STATEMENT_MS after which a silent Postgres is given up */
export const STATEMENT_GRACE_MS = 1_000;
/** callers that may wait for the embedded database */
export const MAX_DATABASE_WAITING = 1_000;
/** ms a Redis command may take: a store that hangs is away */
export const REDIS_COMMAND_MS = 800;
/** ms without an answer after which a connection to Redis is given up */
export const REDIS_SILENCE_MS = 2_000;
/** ms, ceiling of the wait before Redis is tried again */
export const REDIS_RETRY_MS = 2_000;
/** ms in which Redis must answer at the start */
export const REDIS_START_MS = 5_000;
