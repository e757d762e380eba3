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
/** turns that a toy may begin in TURN_WINDOW_MS; more are refused with RATE_LIMITED */
export const TURNS_PER_TOY = 20;
/** ms in which TURNS_PER_TOY counts */
export const TURN_WINDOW_MS = 10_000;
/** times that a toy may tell of itself outside its turns in NEWS_WINDOW_MS: four times as often as one that repeats an event does; more is dropped */
export const NEWS_PER_TOY = 20;
/** ms in which NEWS_PER_TOY counts */
export const NEWS_WINDOW_MS = 10_000;
/** ms from a turn's first frame to the end of its utterance, whatever frames still come: 15 s of sound, and a slow line */
export const LISTEN_MS = 20_000;
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
/** lines to the broker that an address may hold at once: a school behind one address, and no more */
export const LINES_PER_ADDRESS = 1_000;
/** CONNECTs of an address, a minute: as many as claims; more are told to come again */
export const CONNECTS_PER_ADDRESS = 600;
/** addresses that the broker counts at once */
export const MAX_COUNTED_ADDRESSES = 100_000;
/** failing claims of an address, a minute */
export const FAILURES_PER_ADDRESS = 20;
/** failing claims under one id, in 15 minutes */
export const FAILURES_PER_TOY = 5;
/** ms in which FAILURES_PER_TOY counts */
export const TOY_FAILURE_WINDOW_MS = 15 * 60_000;
/** claims under one id from one address that hold their proof and end alike, which the trail is told of in CLAIMS_TOLD_MS */
export const CLAIMS_TOLD = 20;
export const CLAIMS_TOLD_MS = 15 * 60_000;
/** such as one process counts at once */
export const MAX_CLAIMS_COUNTED = 100_000;
/** ms in which what an address does is counted */
export const ADDRESS_WINDOW_MS = 60_000;
/** other requests of an address, a minute, MISSION B01 */
export const REQUESTS_PER_ADDRESS = 1_000;
/** requests at once that change something, MISSION B01 */
export const BURST = 20;
/** ms after which a request that was never said to be over no longer counts as under way */
export const PLACE_MS = 60_000;
/** ms after which a turn that was never said to be over no longer counts as under way */
export const TALK_PLACE_MS = 5 * 60_000;
/** tokens of a month that a family's own cap may name */
export const MAX_MONTHLY_TOKENS = 1_000_000_000_000;
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
/** ms between two looks at both */
export const DEADLINE_LOOK_MS = 1_000;
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
/** places given back that Redis did not hear of, a cell; a forgotten one falls free by itself */
export const MAX_OWED_PLACES = 10_000;
/** ms between two clearings of what has expired in process */
export const SWEEP_MS = 1_000;
/** characters of a notice between cells */
export const MAX_NOTICE_CHARS = 8_192;
/** bytes of the log that leave together */
export const LOG_BYTES = 16_384;
/** ms a line of the log waits for others at most */
export const LOG_FLUSH_MS = 100;
/** connections to Postgres, MISSION C55 */
export const MAX_DATABASE_LINKS = 20;
/** ms to reach Postgres, or for one of its connections to come free */
export const DATABASE_CONNECT_MS = 2_000;
/** statements that each connection to Postgres keeps prepared */
export const MAX_PREPARED = 200;
/** a statement is prepared when it is asked this often */
export const PREPARED_FROM = 5;
/** ms one SQL statement may take, MISSION C55 */
export const STATEMENT_MS = 5_000;
/** ms above STATEMENT_MS after which a silent Postgres is given up */
export const STATEMENT_GRACE_MS = 1_000;
/** callers that may wait for the embedded database, or to be asked for together with others */
export const MAX_DATABASE_WAITING = 1_000;
/** ms a Redis command may take: a store that hangs is away */
export const REDIS_COMMAND_MS = 800;
/** ms without an answer after which a connection to Redis is given up */
export const REDIS_SILENCE_MS = 2_000;
/** ms, ceiling of the wait before Redis is tried again */
export const REDIS_RETRY_MS = 2_000;
/** ms in which Redis must answer at the start */
export const REDIS_START_MS = 5_000;
/** s an access token holds, MISSION D08 */
export const ACCESS_TOKEN_S = 900;
/** ms that a former token key still opens what it signed, after a cell started with a new one: an access token's life and a slow roll-out */
export const FORMER_TOKEN_KEY_MS = 20 * 60_000;
/** ms a session lasts without being refreshed */
export const SESSION_IDLE_MS = 30 * 24 * 3_600_000;
/** ms a session lasts at most */
export const SESSION_LIFE_MS = 180 * 24 * 3_600_000;
/** ms a visit of support lasts at most: an access token's life, since nothing refreshes it */
export const SUPPORT_MS = ACCESS_TOKEN_S * 1000;
/** ms in which a refresh whose answer was lost is answered alike once more */
export const REFRESH_AGAIN_MS = 30_000;
/** ms after a sign-in in which it is fresh enough for what cannot be undone */
export const FRESH_SIGN_IN_MS = 5 * 60_000;
/** sessions of one account; above it the oldest end */
export const MAX_PARENT_SESSIONS = 50;
/** passkeys of one account */
export const MAX_PASSKEYS = 20;
/** ms the link of a verification mail holds */
export const VERIFY_LINK_MS = 24 * 3_600_000;
/** ms the link of a reset mail holds */
export const RESET_LINK_MS = 3_600_000;
/** s a ticket holds: the time to touch a key */
export const TICKET_S = 300;
/** characters of a password, after NFKC; a factor that stands alone, NIST SP 800-63B-4 */
export const MIN_PASSWORD_CHARS = 12;
export const MAX_PASSWORD_CHARS = 128;
/** characters of an address that mail goes to, RFC 5321 §4.5.3.1.3 */
export const MAX_EMAIL_CHARS = 254;
/** characters of what a browser says of its languages; what is longer says nothing */
export const MAX_LANGUAGES_CHARS = 512;
/** characters of a person's name, of a passkey's, of a browser's */
export const MAX_NAME_CHARS = 80;
export const MAX_DEVICE_CHARS = 200;
/** requests of an address to the routes that take a password or a link, a minute, MISSION B01 */
export const CREDENTIALS_PER_ADDRESS = 20;
/** tries at one account's password from one address, in 15 minutes */
export const SIGN_INS_PER_ACCOUNT_AND_ADDRESS = 20;
/** tries at one account's password from everywhere, in an hour */
export const SIGN_INS_PER_ACCOUNT = 100;
/** mails to one address, in an hour */
export const LETTERS_PER_EMAIL = 5;
/** ms in which SIGN_INS_PER_ACCOUNT_AND_ADDRESS counts */
export const SIGN_IN_WINDOW_MS = 15 * 60_000;
/** ms in which SIGN_INS_PER_ACCOUNT and LETTERS_PER_EMAIL count */
export const ACCOUNT_WINDOW_MS = 3_600_000;
/** passwords hashed at once, 19 MiB each, and those that may wait */
export const MAX_HASHES = 2;
export const MAX_HASHES_WAITING = 64;
/** mails that wait to be sent */
export const MAX_LETTERS = 500;
/** ms an SMTP server may be silent */
export const SMTP_MS = 15_000;
/** access tokens whose signature one process remembers */
export const MAX_KNOWN_TOKENS = 10_000;
/** years: who is this old needs no parent's consent to talk with a bear */
export const MAX_CHILD_AGE = 18;
/** children of one family */
export const MAX_CHILDREN = 20;
/** characters of a nickname, and of an interest */
export const MAX_NICKNAME_CHARS = 40;
/** interests of a child */
export const MAX_INTERESTS = 20;
/** topics that the bear leads away from for a child */
export const MAX_TOPICS = 20;
/** days that what was said is kept, at most and where the parent has not said. MISSION C45 */
export const MAX_RETENTION_DAYS = 365;
export const RETENTION_DAYS = 30;
/** turns of one conversation that is kept; the next begins another */
export const MAX_CONVERSATION_TURNS = 500;
/** characters of what was heard, and of what was answered, that are kept of a turn */
export const MAX_KEPT_CHARS = 8_000;
/** ms that the end of a turn waits on the feed to be told where it was written down */
export const KEPT_TOLD_MS = 2_000;
/** turns that wait to be written down; more are dropped */
export const MAX_KEPT_WAITING = 500;
/** ms a stop waits for those */
export const KEEP_STOP_MS = 5_000;
/** ms between two looks for what is past its time, and things that go in one statement */
export const RETENTION_SWEEP_MS = 3_600_000;
export const SWEEP_BATCH = 500;
/** conversations in one answer, and where the asker has not said */
export const MAX_CONVERSATIONS_LISTED = 100;
export const CONVERSATIONS_LISTED = 20;
/** ms a request for consent waits for its proof: by mail or card, and on paper */
export const CONSENT_REQUEST_MS = 24 * 3_600_000;
export const CONSENT_FORM_MS = 30 * 24 * 3_600_000;
/** tries at the code of a consent mail */
export const CONSENT_TRIES = 5;
/** requests for consent a family may make, an hour */
export const CONSENTS_PER_FAMILY = 10;
/** ms that a card service's message may be old */
export const CARD_MESSAGE_MS = 5 * 60_000;
/** characters of what is kept as evidence of a consent */
export const MAX_EVIDENCE_CHARS = 500;
/** ms between two looks at the consent behind the turns under way: a revocation whose notice was lost stops them too. SAFETY S1 */
export const CONSENT_LOOK_MS = 4_000;
/** ms that a five-second press lasts, PROTOCOL.md §8.1 */
export const PAIRING_MODE_MS = 5 * 60_000;
/** s that a pairing window lasts, PROTOCOL.md §8.2 */
export const PAIR_WINDOW_S = 180;
/** words that a parent chooses from, words that the toy says, and tries at them. PROTOCOL.md §8.3 */
export const PAIR_CHOICES = 16;
export const PAIR_WORDS = 3;
export const PAIR_PICKS = 3;
/** windows of a parent and of an address, an hour; wrong codes of a toy, a day. PROTOCOL.md §8.2 */
export const WINDOWS_PER_PARENT = 5;
export const WINDOWS_PER_ADDRESS = 20;
export const WRONG_CODES_PER_TOY = 20;
export const WINDOWS_MS = 3_600_000;
export const WRONG_CODES_MS = 24 * 3_600_000;
/** ms after which a refused pairing is answered, whatever it was refused for. PROTOCOL.md §8.2 */
export const PAIR_REFUSAL_MS = 500;
/** s in which a toy must acknowledge that it was paired, else it claims anew and learns it there */
export const PAIR_DONE_S = 20;
/** s in which a toy must acknowledge a rekey, or a word about its microphone */
export const ERRAND_S = 60;
/** ms that the code of a transfer holds, PROTOCOL.md §8.6 */
export const TRANSFER_MS = 24 * 3_600_000;
/** bytes of a bundle, which a toy takes at most, MISSION C35 */
export const MAX_UPDATE_BYTES = 65_536;
/** bytes of JSON that bring one */
export const MAX_UPDATE_BODY_BYTES = 98_304;
/** times a toy is told of one version, PROTOCOL.md §10 */
export const UPDATE_TRIES = 3;
/** ms until it is told again: time to download, to try for 120 s, and to fall back */
export const UPDATE_AGAIN_MS = 15 * 60_000;
/** times a toy is told of any update in UPDATE_OFFERS_MS: one that lies about its version would be told without end */
export const UPDATE_OFFERS = 6;
export const UPDATE_OFFERS_MS = 3_600_000;
/** s a toy has to say that it will update */
export const UPDATE_TTL_S = 60;
/** ms between two toys of a cell that are told of an update */
export const UPDATE_PACE_MS = 250;
/** bundles that are kept in all */
export const MAX_BUNDLES = 1_000;
/** ms a job is held by who does it, unless that cell says that it still does */
export const JOB_LEASE_MS = 60_000;
/** ms between two looks for jobs */
export const JOBS_LOOK_MS = 5_000;
/** tries at a job before it is left until a cell starts again */
export const JOB_TRIES = 12;
/** ms until a failed job is tried again: the first time, and at most */
export const JOB_BACKOFF_MS = 5_000;
export const JOB_LONGEST_BACKOFF_MS = 3_600_000;
/** ms a stop waits for the job under way */
export const JOB_STOP_MS = 10_000;
/** credentials of an owner, characters of one's value, s that a former value serves on after a rotation. MISSION B12 */
export const MAX_CREDENTIALS = 10;
export const MAX_CREDENTIAL_CHARS = 4_096;
export const CREDENTIAL_OVERLAP_S = 24 * 3_600;
/** ms that a cell goes on with the credential it read, and how many it holds */
export const CREDENTIAL_LOOK_MS = 15_000;
export const MAX_HELD_CREDENTIALS = 2_000;
/** ms before its end at which a family is told of it, between two looks for such, and how many at a look. MISSION B36 */
export const CREDENTIAL_WARNING_MS = 7 * 24 * 3_600_000;
export const CREDENTIALS_SWEEP_MS = 3_600_000;
export const MAX_SWEPT_CREDENTIALS = 500;
/** ms in which a family is told once that a key of theirs is refused */
export const PROVIDER_NOTICE_MS = 24 * 3_600_000;
/** ms between two looks of a cell for master keys that were added */
export const MASTERS_MS = 10_000;
/** ms after which an added master key seals: every cell has looked twice */
export const MASTERS_SETTLE_MS = 20_000;
/** ms for one request to a key service, and bytes of its answer */
export const KMS_MS = 10_000;
export const MAX_KMS_ANSWER_BYTES = 65_536;
/** sealed values that a rewrap reads at once */
export const REWRAP_ROWS = 200;
/** owners whose keys a cell holds open, and ms that it holds one: a destruction whose notice was lost is heard of after that */
export const MAX_OWNER_KEYS = 1_000;
export const OWNER_KEY_MS = 30_000;
/** ms an export's file waits to be fetched, and after which its row is forgotten */
export const EXPORT_LIFE_MS = 7 * 24 * 3_600_000;
export const EXPORT_FORGET_MS = 60 * 24 * 3_600_000;
/** bytes of one sealed part of an export's file, and of a whole one */
export const EXPORT_PART_BYTES = 262_144;
export const MAX_EXPORT_BYTES = 268_435_456;
/** rows of a table that an export reads at once */
export const EXPORT_PAGE_ROWS = 500;
/** ms until a deletion that was asked for is carried out, MISSION C47 */
export const DELETION_GRACE_MS = 30 * 24 * 3_600_000;
/** ms between two turns from which on the second begins a conversation */
export const CONVERSATION_GAP_MS = 30 * 60_000;
/** children, and readers, that the reports of a week are made for at once */
export const REPORT_PAGE_CHILDREN = 200;
/** ms that counts of a day, and the report of a week, are kept */
export const USAGE_KEPT_MS = 35 * 24 * 3_600_000;
export const REPORTS_KEPT_MS = 365 * 24 * 3_600_000;
/** reports in one answer: a year of four children */
export const MAX_REPORTS = 208;
/** guardians of a family, invitations among them */
export const MAX_GUARDIANS = 10;
/** ms the link of an invitation holds */
export const INVITE_LINK_MS = 7 * 24 * 3_600_000;
/** ms after a consent by mail until the second mail, 16 CFR 312.5(b)(2)(vi): time to have second thoughts, and for who did not consent to notice */
export const SECOND_MAIL_MS = 24 * 3_600_000;
/** ms that a session's standing is remembered, where no session ends meanwhile */
export const STANDING_MS = 2_000;
/** ms that a cell is believed to be there after it last said so, and between two times that it says so */
export const CELL_LEASE_MS = 30_000;
export const CELL_BEAT_MS = 10_000;
/** ms in which what became of a cell's toys is gathered before it is written, at most */
export const STATUS_MS = 200;
/** ms until that is tried again where the record was away */
export const STATUS_AGAIN_MS = 2_000;
/** s that a ticket of the live feed holds, MISSION D13 */
export const FEED_TICKET_S = 30;
/** values that one process keeps to be taken once */
export const MAX_ONE_TIME = 50_000;
/** ms in which a feed must bring its ticket */
export const FEED_TICKET_MS = 5_000;
/** bytes of a message from a feed's client: its ticket, and nothing else */
export const MAX_FEED_MESSAGE_BYTES = 256;
/** feeds of one family at one cell; a further one takes the place of the oldest, its own session's first */
export const FEEDS_PER_FAMILY = 10;
/** feeds of a cell, and those among them without a ticket yet; more are refused */
export const MAX_FEEDS = 5_000;
export const MAX_WAITING_FEEDS = 500;
/** bytes that a feed may have unread before it is dropped */
export const MAX_FEED_UNREAD_BYTES = 262_144;
/** messages kept for a feed that is being told how things stand */
export const MAX_EARLY_MESSAGES = 100;
/** ms between two pings to a feed; one that did not answer the last is dropped */
export const FEED_PING_MS = 25_000;
/** turns under way that a cell tells families of */
export const MAX_TOLD_TURNS = 1_000;
/** alerts in one answer */
export const MAX_ALERTS = 100;
/** ms in which a mail that a cell took upon itself is not taken by another */
export const ALERT_MAIL_LEASE_MS = 60_000;
/** ms between two looks at what is to be mailed */
export const ALERT_LOOK_MS = 30_000;
/** alerts mailed at one look */
export const MAX_ALERT_MAILS = 50;
/** ms until an alert that could not be kept is raised again, each time twice as long, and how often */
export const ALERT_AGAIN_MS = 1_000;
export const ALERT_TRIES = 12;
/** alerts of one cell that wait to be kept */
export const MAX_WAITING_ALERTS = 1_000;
/** ms in which a toy that says again that it was reset, or that its battery is low, is told of once */
export const RESET_TOLD_MS = 3_600_000;
export const BATTERY_TOLD_MS = 3_600_000;
/** ms in which what a child discloses of one kind is one alert */
export const CARE_WINDOW_MS = 10 * 60_000;
/** cases of the safety queue in one answer */
export const MAX_SAFETY_CASES = 100;
/** ms between two looks for audit rows to link, and how many are linked at once */
export const AUDIT_LINK_MS = 1_000;
export const AUDIT_LINK_ROWS = 500;
/** ms that no audit row waits for its link while a cell runs: twice AUDIT_EXPORT_MS, above a failover of the database and what a second place may take */
export const AUDIT_LATE_MS = 60_000;
/** ms between two exports of the chain's head, and sealed days that are exported at once */
export const AUDIT_EXPORT_MS = 30_000;
export const MAX_AUDIT_DAYS_AT_ONCE = 50;
/** links that a verification reads at once, and faults that it tells of */
export const AUDIT_VERIFY_LINKS = 2_000;
export const MAX_AUDIT_FINDINGS = 100;
/** rows that wait, which a verification counts */
export const MAX_WAITING_TOLD = 10_000;
/** days that the audit trail is kept where the settings do not say, and rows let go at once. MISSION B28 */
export const AUDIT_DAYS = 365;
export const AUDIT_DROP_ROWS = 2_000;
/** days more that a day which left the database stays in the archive where the settings do not say, links in one part of it, and bytes of a part: 8 KB of a row */
export const AUDIT_ARCHIVE_DAYS = 365;
export const AUDIT_ARCHIVE_ROWS = 2_000;
export const MAX_ARCHIVE_BYTES = 16_777_216;
/** ms before now in which a verification looks for exported days that the record no longer has */
export const AUDIT_LOOK_BACK_MS = 30 * 24 * 3_600_000;
/** ms before now before which it looks for none, whoever asks: each day may be two requests */
export const AUDIT_LOOK_FAR_MS = 3 * 365 * 24 * 3_600_000;
/** ms for one request to the store of the chain's heads and of the archive, and bytes of its answer to the first */
export const AUDIT_STORE_MS = 10_000;
export const MAX_HEAD_BYTES = 65_536;
/** entries of the audit trail in one answer */
export const MAX_AUDIT_LISTED = 200;
/** ms of the trail that rules of suspicion look at, ms between two looks, ms in which a family is told of one once, how many of a rule are asked for at once, and how often at a look. MISSION B27 */
export const SUSPICION_MS = 3_600_000;
export const AUDIT_LOOK_MS = 60_000;
export const SUSPICION_TOLD_MS = 24 * 3_600_000;
export const MAX_SUSPICIONS = 100;
export const MAX_SUSPICION_PAGES = 10;
/** ms in which the same refusal stands in the trail once, how many then do of one address and of one who asks, and counts that are kept of them */
export const REFUSALS_MS = 60_000;
export const MAX_REFUSALS_OF_ADDRESS = 10;
export const MAX_REFUSALS_OF_ACTOR = 10;
export const MAX_REFUSALS_COUNTED = 30_000;
/** days that a key holds, at most and where nobody says; keys of one maker that hold. MISSION B17 */
export const MAX_KEY_DAYS = 365;
export const KEY_DAYS = 90;
export const MAX_KEYS_OF_MAKER = 100;
/** ms between two writings of how keys were used */
export const KEY_USES_MS = 60_000;
/** ms in which an answer under way may still end on a connection whose key has ended. MISSION B17 */
export const KEY_LINE_MS = 1_000;
