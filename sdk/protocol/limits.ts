/** Every number of PROTOCOL.md that both ends must agree on, each with its clause and unit. */

/** bytes, §5 */
export const HEADER_BYTES = 14;
/** bytes, §5 */
export const TAG_BYTES = 16;
/** bytes, §5 */
export const MAX_PAYLOAD_BYTES = 1024;
/** bytes, §6 */
export const MIN_FRAME_BYTES = HEADER_BYTES + TAG_BYTES;
/** bytes, §6 */
export const MAX_FRAME_BYTES = HEADER_BYTES + MAX_PAYLOAD_BYTES + TAG_BYTES;
/** first counter that is dropped, §5 */
export const COUNTER_END = 0x80000000;
/** wrong tags in a session that end it, §6 */
export const MAX_WRONG_TAGS = 20;

/** bytes of JSON in a request or an answer, §3.0 */
export const MAX_JSON_BYTES = 1024;
/** ms a server nonce holds, §3.1 */
export const NONCE_AGE_MS = 60_000;
/** ms a server nonce may lie ahead of the clock, §3.1 */
export const NONCE_AHEAD_MS = 5_000;
/** ms the mark of a used nonce lives, §3.1 */
export const NONCE_MARK_MS = 180_000;
/** ms after the last accepted claim in which a stale one is only late, §3.3 */
export const LATE_CLAIM_MS = 5_000;
/** s a session lasts at most, §3.4 */
export const MAX_SESSION_S = 86_400;
/** characters of a firmware version, §3.2 */
export const MAX_VERSION_CHARS = 32;

/** bytes a client may send before its CONNECT is accepted, §4.4 */
export const MAX_CONNECT_BYTES = 1024;
/** bytes of one MQTT packet afterwards, §4.4 */
export const MAX_PACKET_BYTES = 4096;
/** packets a client may send beyond PACKETS_PER_S, §4.4 */
export const PACKET_BURST = 1_000;
/** packets a second that a client may send afterwards, §4.4 */
export const PACKETS_PER_S = 100;
/** ms until CONNECT must have arrived, §4.4 */
export const CONNECT_MS = 5_000;
/** s, §4.1 */
export const MIN_KEEPALIVE_S = 10;
/** s, §4.1 */
export const MAX_KEEPALIVE_S = 120;
/** ms, ceiling of the back-off, §4.6 */
export const MAX_BACKOFF_MS = 60_000;

/** s of sound that close an utterance, §7.1 */
export const MAX_UTTERANCE_S = 15;
/** ms without a frame that close an utterance, §7.1 */
export const UTTERANCE_GAP_MS = 700;
/** how far ahead of the last a new turn may be, modulo 65536, §7.1 */
export const MAX_TURN_AHEAD = 32_767;
/** ms a toy holds when it has not said, §7.1 */
export const DEFAULT_BUFFER_MS = 800;
/** ms of reply sent at once, at most, §7.2 */
export const PREFILL_MS = 400;
/** ms of reply ahead of what is played, at most, §7.2 */
export const MAX_AHEAD_MS = 800;
/** ms without CREDIT after which the server paces in real time, §7.2 */
export const CREDIT_SILENCE_MS = 2_000;
/** ms a reply may be held back by CREDIT, in all, §7.2 */
export const MAX_HELD_MS = 30_000;
/** ms between CREDIT frames, §5 */
export const CREDIT_EVERY_MS = 400;
/** ms of sound buffered before the toy plays, §7.2 */
export const PLAY_FROM_MS = 160;
/** ms after TURN_END by which something is audible, §7.4 */
export const CUE_AFTER_MS = 900;
/** ms without a frame after TURN_END that end the turn on the toy, §7.4 */
export const TOY_GIVES_UP_MS = 8_000;
/** ms between two sendings of a COMMAND, §5 */
export const COMMAND_EVERY_MS = 2_000;
/** dBFS, the loudest peak to an 8-bit DAC, §7.5 */
export const PEAK_DBFS = -6.5;
