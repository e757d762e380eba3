/** What a child may disclose: harm to itself, abuse, danger. These are answered with a care line, and are looked at first. */
import type { Rule } from "./lines.ts";

// Patterns read `comparable` text: lower case, single spaces, no apostrophes. Each repeat is bounded, so time is linear.

const SELF = "(?:my|your|him|her|them|our) ?sel(?:f|ves)";
const SOME = "(?:\\w{1,20} )";
const ADULT =
  "(?:dad|daddy|father|mum|mummy|mom|mommy|mama|papa|mother|uncle|aunt|auntie|grandpa|grandad|grandma|stepdad|stepmum|stepmom|step dad|step mum|step mom|teacher|babysitter|sitter|coach|neighbou?r|priest|doctor|boyfriend|girlfriend|man|woman|grown up|adult)";
const HURTS =
  "(?:hits?|hitting|beats?|beating|slaps?|slapped|punche?[sd]?|kicks?|kicked|hurts?|hurting|burns?|burned|burnt|chokes?|choked|whips?|whipped|spanks?|spanked|strangles?|strangled)";
const PRIVATE =
  "(?:private|privates|bottom(?! (?:lip|of|step|row|teeth))|bum|butt|willy|wee wee|pee pee|penis|vagina|down there|between my legs|under my clothes|pants|underwear)";

export const careRules: readonly Rule[] = [
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
  ["self-harm", /\bi (?:\w{1,12} )?cut(?:ting)? my (?:arms|wrists|legs)\b/],
  ["self-harm", /\b(?:self ?harm(?:ing)?|suicid(?:e|al)|commit suicide)\b/],
  [
    "self-harm",
    /\bi (?:\w{1,12} )?(?:want|wish|wanna|like|need|hope) (?:to |i ){0,2}(?:could |would |was |were |am )?(?:just )?(?:die(?! (?:my|the|it|of|laughing))|disappear(?! like)|be dead|dead|not be alive|not alive|never wake up|never born|never been born|had never been born|not exist)\b/,
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
      `\\b${ADULT} (?:\\w{1,20} ){0,3}${HURTS} (?:me|us|(?:my )?(?:brother|sister|mum|mom|mummy|mommy))\\b(?! (?:at|in (?:a|the) (?:game|race)|to the|with (?:a|the|his|her) (?:pillow|snowball|ball|balloon|water)))`,
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
  ["abuse", /\b(?:he|she|they) (?:is|are|keeps?) hurting me\b/],
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
    /\b(?:said|says|told me) (?:that )?(?:he|she|they|hes|shes|theyre|hell|theyll|shell|hed|shed)(?: is| are| will| would)? ?(?:going to|gonna|wants? to)? ?(?:kill|stab|shoot) (?:me|us|(?:my )?(?:mum|mom|mummy|mommy|dad|daddy|brother|sister))\b/,
  ],
  [
    "danger",
    /\b(?:mum|mummy|mom|mommy|dad|daddy|grandma|grandpa|brother|sister|baby|friend|he|she) is choking\b/,
  ],
  ["danger", /\bthere(?:s| is) a fire$/],
];
