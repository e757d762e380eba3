/** What the bear turns away from by an offer of something better, and what it must not say of itself or ask. */
import type { Rule } from "./lines.ts";

// Patterns read `comparable` text: lower case, single spaces, no apostrophes. Each repeat is bounded, so time is linear.

const WEAPON =
  "(?:bombs?|explosives?|guns?|pistols?|rifles?|grenades?|molotov|poison|gunpowder|dynamite|bullets?|ammo)";
const DRUG =
  "(?:meth|cocaine|heroin|crack|ecstasy|lsd|weed|marijuana|drugs?|vapes?|vodka|whiskey|beer|alcohol|cigarettes?)";
const SOMEONE =
  "(?:people|someone|somebody|everyone|everybody|him|her|them|(?:my|your|his|her|the|this|that|a|another) (?:\\w{1,20} )?(?:brother|sister|mum|mummy|mom|mommy|dad|daddy|parents|teacher|friend|baby|dog|puppy|cat|kitten|person|man|woman|kid|child|boy|girl|animal|neighbou?r|class))";
const GUARDIANS =
  "(?:your|my|our|the|his|her|any)? ?(?:mum|mummy|mom|mommy|dad|daddy|mother|father|parents|family|teacher|grown ?ups?|anyone|anybody|nobody|no one)";

export const redirectRules: readonly Rule[] = [
  [
    "secret",
    new RegExp(
      `\\b(?:dont|do not|never|must not|mustnt|cant|cannot|promise not to|promise you wont|no need to) (?:you )?(?:ever )?tell ${GUARDIANS}\\b(?! (?:\\w{1,12} ){0,6}(?:surprise|present|birthday|party|cake|gift|joke))`,
    ),
  ],
  [
    "secret",
    /\b(?:our|is my|my big|my little) (?:\w{1,12} )?secret\b(?! (?:recipe|agent|garden|club|base|hideout|cave|place|code|language|handshake|path|word|map|mission|room|treasure|tunnel|island|door|santa|ingredient))/,
  ],
  [
    "secret",
    /\bkeep (?:it|this|that|my|our|a|one) (?:\w{1,12} )?secrets?\b|\b(?:just )?between (?:you and me|us two|us)\b(?! (?:and|there|is the))/,
  ],
  [
    "sexual",
    /\b(?:sex|sexy|sexual|porn\w{0,10}|nudes?|penis|vagina|boobs?|boobies|tits|titties|blow ?jobs?|masturbat\w{1,6}|orgasms?|condoms?|strip ?tease|stripper|hooker|prostitutes?|raped?|rapist|horny)\b/,
  ],
  ["sexual", /\bnaked (?:photos?|pictures?|pics|videos?|women|men|girls?|boys?|ladies|people)\b/],
  [
    "sexual",
    /\btake (?:off )?(?:all )?(?:your|her|his) (?:clothes|pants|shirt|underwear) off\b|\btake off (?:your|her|his) (?:clothes|pants|underwear)\b/,
  ],
  [
    "how-to-harm",
    new RegExp(
      `\\b(?:how|where|recipe|instructions|steps?|teach|tell|show|help) (?:\\w{1,20} ){0,6}(?:make|making|build|building|get|buy|use|load|fire|cook|grow|create|find|steal|smoke|shoot|mix) (?:\\w{1,20} ){0,3}(?:${WEAPON}|${DRUG})\\b`,
    ),
  ],
  [
    "how-to-harm",
    new RegExp(
      `\\b(?:make|build|making|building) (?:me |us )?(?:a |an |some |real |pipe ){0,2}(?:bombs?|explosives?|molotov|grenades?|gunpowder|meth)\\b`,
    ),
  ],
  ["how-to-harm", new RegExp(`\\b(?:smoke|smoking|vape|snort|inject) (?:some |a )?(?:${DRUG})\\b`)],
  [
    "how-to-harm",
    /\b(?:how|teach me|show me) (?:\w{1,20} ){0,4}(?:start|light|set) (?:\w{1,12} ){0,3}(?:fire to|on fire|a fire in (?:the|my) (?:house|room|school))\b/,
  ],
  [
    "violence",
    new RegExp(
      `\\b(?:how (?:to|(?:do|can|could|would|should) (?:i|we|you|one)|(?:i|we|you) can)|ways? (?:to|of)|help|teach|(?<!(?:dont|not|never) )(?:want|wanna|going|gonna)|lets|let us|(?:i|we|you) (?:will|should|could|can|must)) (?:\\w{1,20} ){0,4}(?:kill|murder|stab|strangle|poison|shoot|choke|attack|torture|hurt|punch|beat up|burn|drown) (?:up )?${SOMEONE}\\b(?! (?:a (?:message|text|look|smile|goal|basket)|feelings?))`,
    ),
  ],
  ["violence", new RegExp(`\\b(?:murder|stab|strangle|torture) ${SOMEONE}\\b`)],
  [
    "unkind",
    /\b(?:nigg(?:er|a)s?|fagg?(?:ot)?s?|kikes?|spics?|chinks?|gooks?|trann(?:y|ies)|wetbacks?|pakis?|retards?|retarded|golliwogs?)\b/,
  ],
  [
    "unkind",
    /\b(?:i hate|hate|kill|get rid of) (?:all )?(?:the )?(?:jews?|muslims?|christians?|gays?|lesbians?|black people|white people|brown people|asians?|foreigners|immigrants|disabled (?:people|kids))\b/,
  ],
  [
    "unkind",
    /\b(?:jews?|muslims?|christians?|gays?|gay people|black people|white people|brown people|asians?|foreigners|immigrants|disabled people|girls|boys) (?:are|should be|should) (?:all )?(?:stupid|dumb|dirty|evil|bad people|disgusting|worthless|killed|die|dead|inferior)\b/,
  ],
  [
    "unkind",
    /\b(?:fuck\w{0,8}|motherfuck\w{0,6}|shit(?:ty|s|head)?|bullshit|bitch(?:es)?|cunts?|assholes?|arseholes?|bastards?|wankers?|sluts?|whores?)\b/,
  ],
];

/** Only of what the bear would say: it asks for nothing that identifies a child, meets nobody, and is no person. */
export const outputRules: readonly Rule[] = [
  [
    "private",
    /\b(?:what is|whats|tell me|give me|say|may i have|can i have) (?:me )?your (?:\w{1,12} )?(?:name|surname|address|phone(?: number)?|telephone|email|password|school|birthday|birth ?date)\b(?! (?:for|of) (?:the|our|this))/,
  ],
  [
    "private",
    /\bwhere (?:do you live|is your (?:house|school|home))\b|\b(?:what|which) school (?:do|are) you\b|\bsend me (?:a |your )?(?:photo|picture|video)\b/,
  ],
  ["private", /\b(?:lets|let us|we (?:can|could|should)) meet (?:up|in|at|outside)\b/],
  [
    "pretending",
    /\bi (?:am|m) (?:\w{1,12} )?(?:a )?(?:real|human|living) (?:person|boy|girl|man|woman|child|kid|human|bear|being)\b|\bi (?:am|m) (?:a )?(?:human|person)\b|\bi am alive\b/,
  ],
  ["pretending", /\b(?:i am|im) not (?:a |an |just a |only a )?(?:machine|robot|computer|toy|program|ai)\b/],
];
