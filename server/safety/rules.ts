/** The first list: what is plain enough for a rule to see, and the ordinary talk that only sounds like it. SAFETY "Conversation" */
import type { Category } from "./lines.ts";
import { comparable } from "./normalise.ts";

type Rule = readonly [Category, RegExp];

// All patterns read `comparable` text: lower case, single spaces, no apostrophes. Each repeat is bounded, so time is linear.

const SELF = "(?:my|your|him|her|them|our) ?sel(?:f|ves)";
const SOME = "(?:\\w{1,20} )";
const ADULT =
  "(?:dad|daddy|father|mum|mummy|mom|mommy|mama|papa|mother|uncle|aunt|auntie|grandpa|grandad|grandma|stepdad|stepmum|stepmom|step dad|step mum|step mom|teacher|babysitter|sitter|coach|neighbou?r|priest|doctor|boyfriend|girlfriend|man|woman|grown up|adult)";
const HURTS =
  "(?:hits?|hitting|beats?|beating|slaps?|slapped|punche?[sd]?|kicks?|kicked|hurts?|hurting|burns?|burned|burnt|chokes?|choked|whips?|whipped|spanks?|spanked|strangles?|strangled)";
const PRIVATE =
  "(?:private|privates|bottom|bum|butt|willy|wee wee|pee pee|penis|vagina|down there|between my legs|under my clothes|pants|underwear)";
const WEAPON =
  "(?:bombs?|explosives?|guns?|pistols?|rifles?|grenades?|molotov|poison|gunpowder|dynamite|bullets?|ammo)";
const DRUG =
  "(?:meth|cocaine|heroin|crack|ecstasy|lsd|weed|marijuana|drugs?|vapes?|vodka|whiskey|beer|alcohol|cigarettes?)";
const SOMEONE =
  "(?:people|someone|somebody|everyone|everybody|him|her|them|(?:my|your|his|her|the|this|that|a|another) (?:\\w{1,20} )?(?:brother|sister|mum|mummy|mom|mommy|dad|daddy|parents|teacher|friend|baby|dog|puppy|cat|kitten|person|man|woman|kid|child|boy|girl|animal|neighbou?r|class))";
const GUARDIANS =
  "(?:your|my|our|the|his|her|any)? ?(?:mum|mummy|mom|mommy|dad|daddy|mother|father|parents|family|teacher|grown ?ups?|anyone|anybody|nobody|no one)";

/** Taken out before the rules look: toys, games, cooking and sayings. */
const ORDINARY = [
  /\b(?:bath|glitter|water|seed|cocoa|cherry|photo|paint|stink|snow) ?bombs?\b/g,
  /\bbombs? of a\b|\b(?:the|da) bomb\b(?! (?:work|explode|go off))/g,
  /\b(?:water|glue|nerf|toy|squirt|bubble|heat|play|pretend|paint|laser|foam|spray) guns?\b/g,
  /\btop gun\b|\b(?:root|ginger|butter) beer\b|\bpoison ivy\b|\bvideo game drugs?\b/g,
  /\bkill(?:ing|ed)? (?:the |some |my )?(?:lights?|time|engine|music|sound|tv|monsters?|dragons?|zombies?|weeds|germs|boss)\b/g,
  /\bchinks? (?:in|of)\b|\bmoby dick\b|\bnaked mole rats?\b/g,
  /\bcrack(?:s|ed|ing)? (?:a |an |the |some |open )?(?:eggs?|nuts?|jokes?|codes?|up|of)\b/g,
];

const CARE_RULES: readonly Rule[] = [
  [
    "self-harm",
    new RegExp(
      `\\b(?:kill(?:ing|ed)?|hang(?:ing)?|shoot(?:ing)?|stab(?:bing)?|drown(?:ing)?|poison(?:ing)?|strangl(?:e|ing)) ?(?:${SELF}|me self)\\b`,
    ),
  ],
  [
    "self-harm",
    new RegExp(
      `\\b(?:want|wanna|going|gonna|like|love|try|trying|how|should|could|can|will|feel like|keep|started?) (?:to |do |i |you |can ){0,3}(?:hurt|hurting|cut|cutting|burn|burning|harm|harming|starve|starving) ${SELF}\\b`,
    ),
  ],
  ["self-harm", /\b(?:self ?harm(?:ing)?|suicid(?:e|al)|commit suicide)\b/],
  [
    "self-harm",
    /\bi (?:\w{1,12} )?(?:want|wish|wanna|like|need|hope) (?:to |i ){0,2}(?:could |would |was |were |am )?(?:just )?(?:die|be dead|dead|not be alive|not alive|never wake up|never born|never been born|had never been born|not exist)\b/,
  ],
  ["self-harm", /\b(?:wanna|want to|going to|gonna) die\b(?! (?:of|from|laughing|my))/],
  [
    "self-harm",
    /\b(?:dont|do not|didnt|not) (?:want to|wanna) (?:live|be alive|exist|be here) ?(?:any ?more|anymore)?$/,
  ],
  [
    "self-harm",
    /\b(?:dont|do not|not) (?:want to|wanna) (?:live|be alive|exist|be here) (?:any ?more|anymore)\b/,
  ],
  [
    "self-harm",
    /\b(?:end|take|ending|taking) my (?:own )?life\b|\bend it all\b|\bbetter off (?:dead|without me)\b/,
  ],
  ["self-harm", /\b(?:nobody|no one) would (?:\w{1,12} )?(?:miss me|care if i (?:died|die|was gone))\b/],
  [
    "abuse",
    new RegExp(
      `\\b${ADULT} (?:\\w{1,20} ){0,3}${HURTS} (?:me|us|my (?:brother|sister|mum|mom|mummy|mommy))\\b(?! (?:at|in (?:a|the) (?:game|race)|to the|with (?:a|the|his|her) (?:pillow|snowball|ball|balloon|water)))`,
    ),
  ],
  [
    "abuse",
    new RegExp(
      `\\b(?:touch|touches|touched|touching|rubs?|rubbed|kisse[sd]|licks?|licked) (?:me |my |on |in |the |at ){1,3}${SOME}?${PRIVATE}\\b`,
    ),
  ],
  [
    "abuse",
    /\b(?:touch|touches|touched|touching) me (?:where|when|in a (?:bad|weird|funny|strange) way|and i (?:dont|do not|didnt))/,
  ],
  ["abuse", new RegExp(`\\b(?:shows?|showed|showing) me (?:his|her|their) ${PRIVATE}\\b`)],
  [
    "abuse",
    /\b(?:makes?|made|making|asked|asks|told|tells) me (?:to )?(?:touch (?:him|her|his|it)|undress|get undressed|take off my (?:clothes|pants|underwear)|get naked)\b/,
  ],
  [
    "abuse",
    /\b(?:takes?|took|taking|wants?) (?:\w{1,12} )?(?:photos?|pictures?|videos?) of me (?:naked|undressed|without (?:my )?clothes|in my underwear|in the (?:bath|shower))\b/,
  ],
  ["abuse", /\b(?:gets?|got|comes?|came|climbs?) (?:in|into) my bed (?:at night )?and (?:touch|hurt|kiss)/],
  [
    "abuse",
    /\b(?:locks?|locked) me (?:up|in (?:the|my|a) (?:\w{1,12} )?(?:room|closet|cupboard|basement|cellar|shed|dark))\b/,
  ],
  ["abuse", /\b(?:nobody|no one) (?:ever )?(?:feeds|fed) me\b|\b(?:doesnt|dont|never|wont) feeds? me\b/],
  [
    "abuse",
    new RegExp(`\\b(?:scared|afraid|frightened) (?:of my (?:step ?)?${ADULT}|to go home|of going home)\\b`),
  ],
  [
    "abuse",
    new RegExp(
      `\\b${ADULT} (?:\\w{1,12} )?(?:said|says|told me|tells me|made me promise) (?:\\w{1,12} ){0,3}(?:not to|dont|do not|never|cant|must not|mustnt|a secret|our secret)(?: ever)?(?: tell)?\\b(?=(?: tell| anyone| anybody| mum| mom| dad|$))(?! (?:\\w{1,12} ){0,6}(?:surprise|present|birthday|party|cake|gift))`,
    ),
  ],
  [
    "abuse",
    new RegExp(
      `\\b${ADULT} (?:\\w{1,12} )?(?:said|says|told me|tells me) (?:\\w{1,12} ){0,4}(?:our|a) (?:\\w{1,12} )?secret\\b`,
    ),
  ],
  ["abuse", /\bsecret touch(?:es|ing)?\b|\btouching (?:game|secret)\b/],
  [
    "danger",
    /\b(?:house|home|kitchen|room|bed|curtains?|flat|apartment|school) (?:is|are|was|has caught|caught|just caught)(?: on)? fire\b|\btheres? (?:is )?(?:a )?(?:fire|smoke) in (?:the|my|our)(?! fire ?place)\b/,
  ],
  [
    "danger",
    /\bi (?:\w{1,12} )?(?:swallowed|drank|ate|took) (?:\w{1,12} ){0,4}(?:pills?|tablets?|medicines?|batter(?:y|ies)|bleach|poison|magnets?|detergent|coins?)\b(?! like| for my| as)/,
  ],
  [
    "danger",
    /\b(?:mum|mummy|mom|mommy|dad|daddy|grandma|grandpa|nana|brother|sister|baby|he|she|they) (?:wont|will not|doesnt|does not|cant|can not|cannot|isnt|is not|not) (?:wake up|waking up|breathe|breathing|move|moving|answer me)\b(?! (?:early|until))/,
  ],
  ["danger", /\bi (?:cant|can not|cannot) breathe\b(?! (?:laugh|from laugh|because (?:its|it is) so funny))/],
  ["danger", /\bbleeding (?:a lot|so much|and it (?:wont|will not) stop|badly)\b|\bwont stop bleeding\b/],
  [
    "danger",
    /\b(?:someone|somebody|a man|a woman|a stranger|stranger|robber|burglar)s? (?:is |are |broke |breaking |came |trying to (?:get|come|break) )?(?:in|into|inside|outside|at|in front of) (?:the|my|our) (?:house|home|room|window|door|flat|apartment)\b/,
  ],
  [
    "danger",
    /\bstranger (?:\w{1,12} ){0,3}(?:followed|follows|following|grabbed|asked me|told me|wants me|gave me)\b/,
  ],
  [
    "danger",
    /\b(?:someone|somebody|man|woman|stranger|he|she) (?:is |keeps )?(?:following|followed|grabbed) me\b(?! (?:on|in the game))/,
  ],
  [
    "danger",
    /\b(?:online|internet|on my game|in the chat|in a chat) (?:\w{1,12} ){0,6}(?:meet me|meet up|send (?:him|her|them) (?:a |my )?(?:photo|picture|video)s?|where i live)\b/,
  ],
  [
    "danger",
    /\bi (?:am|m|im) (?:\w{1,12} )?lost and\b|\bi ran away from home\b|\b(?:going to|gonna|want to|wanna) run away(?: from home)?$/,
  ],
  [
    "danger",
    /\b(?:home|house) (?:\w{1,12} )?alone and (?:\w{1,12} ){0,3}(?:scared|afraid|frightened|hurt)\b/,
  ],
  [
    "danger",
    /\b(?:found|has|have|got|holding|with) (?:a|my|the|his|her|dads|daddys|mums) (?:real |loaded )?(?:gun|pistol)\b/,
  ],
  [
    "danger",
    /\b(?:said|says|told me) (?:that )?(?:he|she|they|hes|shes|theyre|hell|theyll|shell)(?: is| are| will)? ?(?:going to|gonna|want to|wants to)? ?(?:kill|stab|shoot) (?:me|us)\b/,
  ],
];

const REDIRECT_RULES: readonly Rule[] = [
  [
    "secret",
    new RegExp(
      `\\b(?:dont|do not|never|must not|mustnt|cant|cannot|promise not to|promise you wont|no need to) (?:you )?(?:ever )?tell ${GUARDIANS}\\b(?! (?:\\w{1,12} ){0,6}(?:surprise|present|birthday|party|cake|gift|joke))`,
    ),
  ],
  [
    "secret",
    /\b(?:our|is my|my big|my little) (?:\w{1,12} )?secret\b(?! (?:recipe|agent|garden|club|base|hideout|door|santa|ingredient))/,
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
      `\\b(?:how|way|ways|help|teach|want|wanna|going|gonna|lets|let us|(?:i|we|you) (?:will|should|could|can|must)) (?:\\w{1,20} ){0,4}(?:kill|murder|stab|strangle|poison|shoot|choke|attack|torture|hurt|punch|beat up|burn|drown) (?:up )?${SOMEONE}\\b(?! (?:a (?:message|text|look|smile|goal|basket)|feelings?))`,
    ),
  ],
  ["violence", new RegExp(`\\b(?:kill|murder|stab|strangle|torture) ${SOMEONE}\\b`)],
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
const OUTPUT_RULES: readonly Rule[] = [
  [
    "private",
    /\b(?:what is|whats|tell me|give me|say|may i have|can i have) (?:me )?your (?:\w{1,12} )?(?:name|surname|address|phone(?: number)?|telephone|email|password|school|birthday|birth ?date)\b(?! (?:for|of) (?:the|our|this))/,
  ],
  [
    "private",
    /\bwhere (?:do you live|is your (?:house|school|home))\b|\bwhat school\b|\bwhich school\b|\bsend me (?:a |your )?(?:photo|picture|video)\b/,
  ],
  ["private", /\b(?:lets|let us|we (?:can|could|should)) meet (?:up|in|at|outside)\b/],
  [
    "pretending",
    /\bi (?:am|m) (?:\w{1,12} )?(?:a )?(?:real|human|living) (?:person|boy|girl|man|woman|child|kid|human|bear|being)\b|\bi (?:am|m) (?:a )?(?:human|person)\b|\bi am alive\b/,
  ],
  ["pretending", /\b(?:i am|im) not (?:a |an |just a |only a )?(?:machine|robot|computer|toy|program|ai)\b/],
];

/** What a child said, or undefined where no rule sees anything in it. The same at every turn: it reads no history. */
export function ruleForWords(text: string): Category | undefined {
  return first([...CARE_RULES, ...REDIRECT_RULES], text);
}

/** What the bear would say. */
export function ruleForSentence(text: string): Category | undefined {
  return first([...OUTPUT_RULES, ...CARE_RULES, ...REDIRECT_RULES], text);
}

function first(rules: readonly Rule[], text: string): Category | undefined {
  const words = ORDINARY.reduce((words, saying) => words.replace(saying, "so"), comparable(text));
  return rules.find(([, pattern]) => pattern.test(words))?.[0];
}
