// What the page says, in two languages. The engine gives codes and numbers; the sentences are the shop's.

const en = {
  title: "Corner café – coffee, bakery, beans",
  lead: "Coffee and pastries to collect, beans and gear to your door.",
  language: "Language",
  skip: "Skip to the cart",
  products: "What we have today",
  categories: { drinks: "Drinks", bakery: "From the oven", beans: "Beans", gear: "Gear" },
  notes: { drinks: "1 stamp each", bakery: "3 for 2", beans: "2 bags: −15 %, double points", gear: "" },
  articles: {
    espresso: ["Espresso", "Short and dark"],
    cappuccino: ["Cappuccino", "Equal parts, soft foam"],
    latte: ["Latte", "With oat or dairy milk"],
    "cinnamon-bun": ["Cinnamon bun", "Cardamom dough, pearl sugar"],
    "lemon-cake": ["Lemon cake", "A slice, with glaze"],
    croissant: ["Croissant", "Butter, baked at six"],
    "bag-of-beans": ["House blend", "Beans, 250 g"],
    "bag-of-decaf": ["Decaf", "Beans, 250 g"],
    "bag-of-kenya": ["Kenya AA", "Beans, 250 g"],
    mug: ["Glazed mug", "Stoneware, 3 dl"],
    "pour-over": ["Pour-over jug", "Glass, 6 dl"],
    grinder: ["Hand grinder", "Steel burrs"],
  },
  names: {
    drinks: "Drinks card", status: "Status", silver: "Silver", gold: "Gold",
    "free-drink": "A drink on the house", "free-pastry": "A pastry", "free-coffee": "A coffee",
  },
  offers: {
    "three-pastries": "Three pastries for two", "two-bags": "Two bags of beans, 15 % off",
    "five-off": "Code FIVE", "free-delivery": "Free delivery",
  },
  rules: {
    base: "A point a euro", "double-beans": "Double points on beans", "beans-bonus": "Beans for 35 € or more",
    "silver-points": "Silver: a quarter more", "gold-points": "Gold: half as many again",
  },
  add: "Add", add_label: "Add {name} to the cart", more: "One more {name}", fewer: "One fewer {name}", count: "{count} in the cart",
  cart: "Your cart", empty: "Your cart is empty. Pick something and see what it brings.",
  collect: "Collect", deliver: "Delivery, {amount}", fulfilment: "How you get it",
  savings: "Offers", choice: "The best of {tries} combinations: nothing saves you more.",
  displaced: "{offer} does not stand beside {by}, which saves you more.",
  displaced_short: "{offer} is not applied.",
  code: "Coupon code", apply: "Apply", remove: "Remove code {code}",
  code_good: "{code}: {offer}", code_bad: "{code} is not a code of ours.", code_away: "{code} saves less than what you have: it is not used.",
  code_missing: "{code} needs {amount} more of goods.", code_other: "{code} cannot be used on this cart.",
  rewards: "Rewards", use: "Use", ready: "ready", cost: "{points}", nothing_ready: "No reward is within reach yet.",
  refused: {
    "reward.no_effect": "Put something in the cart that it is for.", "points.insufficient": "Not enough points beside what you use already.",
    "reward.none_ready": "It is not ready.", other: "It cannot be used on this cart.",
  },
  pay_points: "Pay with points", pay_points_of: "{points} are worth {amount}", paid_points: "Paid with {points}",
  near: "Almost there",
  near_delivery: "{amount} more and the delivery is free", near_two_bags: "One more bag of beans and all beans are 15 % off",
  near_bonus: "{amount} more of beans for 20 extra points", near_pastry: "One more pastry and one of three is free",
  near_stamps: { one: "One more drink fills your card", other: "{count} more drinks fill your card" },
  near_tier: "{amount} more and you are {tier}",
  rises: "This order makes you {tier}.", fills: "This order fills your card: {reward} is yours.",
  goods: "Goods", discount: "You save", shipping: "Delivery", free: "free", total: "To pay", earns: "You earn", why: "How they add up",
  stamps: { one: "1 stamp", other: "{count} stamps" },
  order: "Place the order", ordering: "Placing the order …",
  points: { one: "{count} point", other: "{count} points" },
  items: { one: "1 item", other: "{count} items" },
  summary: "{items}, to pay {total}. You earn {brings}.",
  your_card: "Your club card", card_missing: "Your points and stamps are counted at the counter and on every order.",
  thanks: "Thank you!", receipt: "Order {id} is placed. You paid {total}.", receipt_earned: "You earned {brings}.", receipt_reward: "New reward: {reward}", close: "Back to the shop",
  problems: {
    "decision.tampered": "The order was refused: what it claims is not what the shop decides. Nothing was charged.",
    "decision.head_moved": "Your account changed in the meantime. We have worked it out again; please check and order.",
    "decision.conflict": "The result changed in the meantime. We have worked it out again; please check and order.",
    "shop.decision_old": "The page was open for a while. We have worked it out again; please check and order.",
    network: "The shop cannot be reached. Please try again.",
    other: "The order could not be placed ({code}).",
  },
  loading: "Opening the shop …",
};

const fi = {
  title: "Corner café – kahvia, leivonnaisia, papuja",
  lead: "Kahvit ja leivonnaiset noutaen, pavut ja välineet kotiin.",
  language: "Kieli",
  skip: "Siirry ostoskoriin",
  products: "Tänään tarjolla",
  categories: { drinks: "Juomat", bakery: "Uunista", beans: "Pavut", gear: "Välineet" },
  notes: { drinks: "1 leima kappaleelta", bakery: "3 kahden hinnalla", beans: "2 pussia: −15 %, tuplapisteet", gear: "" },
  articles: {
    espresso: ["Espresso", "Lyhyt ja tumma"],
    cappuccino: ["Cappuccino", "Pehmeä maitovaahto"],
    latte: ["Latte", "Kaura- tai lehmänmaitoon"],
    "cinnamon-bun": ["Korvapuusti", "Kardemummaa ja raesokeria"],
    "lemon-cake": ["Sitruunakakku", "Pala, kuorrutettu"],
    croissant: ["Voisarvi", "Paistettu aamukuudelta"],
    "bag-of-beans": ["Talon sekoitus", "Papuja, 250 g"],
    "bag-of-decaf": ["Kofeiiniton", "Papuja, 250 g"],
    "bag-of-kenya": ["Kenia AA", "Papuja, 250 g"],
    mug: ["Lasitettu muki", "Kivitavaraa, 3 dl"],
    "pour-over": ["Suodatinkannu", "Lasia, 6 dl"],
    grinder: ["Käsimylly", "Teräsmyllyt"],
  },
  names: {
    drinks: "Juomakortti", status: "Jäsentaso", silver: "Hopea", gold: "Kulta",
    "free-drink": "Juoma talon piikkiin", "free-pastry": "Leivonnainen", "free-coffee": "Kahvi",
  },
  offers: {
    "three-pastries": "Kolme leivonnaista kahden hinnalla", "two-bags": "Kaksi pussia papuja, −15 %",
    "five-off": "Koodi FIVE", "free-delivery": "Ilmainen toimitus",
  },
  rules: {
    base: "Piste eurolta", "double-beans": "Tuplapisteet pavuista", "beans-bonus": "Papuja vähintään 35 €",
    "silver-points": "Hopea: neljännes lisää", "gold-points": "Kulta: puolet lisää",
  },
  add: "Lisää", add_label: "Lisää ostoskoriin: {name}", more: "Yksi lisää: {name}", fewer: "Yksi pois: {name}", count: "{count} ostoskorissa",
  cart: "Ostoskori", empty: "Ostoskori on tyhjä. Valitse jotain, niin näet mitä siitä saat.",
  collect: "Nouto", deliver: "Toimitus, {amount}", fulfilment: "Toimitustapa",
  savings: "Tarjoukset", choice: "Paras {tries} yhdistelmästä: mikään muu ei säästä enempää.",
  displaced: "{offer} ei sovi yhteen tarjouksen {by} kanssa, joka säästää enemmän.",
  displaced_short: "{offer} ei ole käytössä.",
  code: "Alennuskoodi", apply: "Käytä", remove: "Poista koodi {code}",
  code_good: "{code}: {offer}", code_bad: "Koodia {code} ei ole.", code_away: "{code} säästää vähemmän kuin nykyiset tarjoukset: sitä ei käytetä.",
  code_missing: "{code} vaatii tuotteita vielä {amount}.", code_other: "Koodia {code} ei voi käyttää tähän ostoskoriin.",
  rewards: "Palkinnot", use: "Käytä", ready: "valmiina", cost: "{points}", nothing_ready: "Palkinnot eivät ole vielä ulottuvilla.",
  refused: {
    "reward.no_effect": "Lisää ostoskoriin tuote, jota palkinto koskee.", "points.insufficient": "Pisteet eivät riitä muiden lisäksi.",
    "reward.none_ready": "Palkinto ei ole valmiina.", other: "Palkintoa ei voi käyttää tähän ostoskoriin.",
  },
  pay_points: "Maksa pisteillä", pay_points_of: "{points} on arvoltaan {amount}", paid_points: "Maksettu: {points}",
  near: "Melkein perillä",
  near_delivery: "Vielä {amount}, niin toimitus on ilmainen", near_two_bags: "Vielä yksi pussi papuja, niin kaikki pavut −15 %",
  near_bonus: "Papuja vielä {amount}: 20 lisäpistettä", near_pastry: "Vielä yksi leivonnainen, niin yksi kolmesta on ilmainen",
  near_stamps: { one: "Vielä yksi juoma täyttää korttisi", other: "Vielä {count} juomaa täyttää korttisi" },
  near_tier: "Vielä {amount}, niin tasosi on {tier}",
  rises: "Tilaus nostaa sinut tasolle {tier}.", fills: "Tilaus täyttää korttisi. Saat palkinnon: {reward}.",
  goods: "Tuotteet", discount: "Säästät", shipping: "Toimitus", free: "ilmainen", total: "Maksettavaa", earns: "Kerrytät", why: "Mistä pisteet tulevat",
  stamps: { one: "1 leima", other: "{count} leimaa" },
  order: "Tilaa", ordering: "Tilataan …",
  points: { one: "{count} piste", other: "{count} pistettä" },
  items: { one: "1 tuote", other: "{count} tuotetta" },
  summary: "{items}, maksettavaa {total}. Kerrytät: {brings}.",
  your_card: "Kanta-asiakaskorttisi", card_missing: "Pisteesi ja leimasi lasketaan tiskillä ja jokaisesta tilauksesta.",
  thanks: "Kiitos!", receipt: "Tilaus {id} on tehty. Maksoit {total}.", receipt_earned: "Kerrytit: {brings}.", receipt_reward: "Uusi palkinto: {reward}", close: "Takaisin kauppaan",
  problems: {
    "decision.tampered": "Tilaus hylättiin: se ei vastaa kaupan omaa laskelmaa. Mitään ei veloitettu.",
    "decision.head_moved": "Tilisi muuttui välillä. Laskimme uudelleen; tarkista ja tilaa.",
    "decision.conflict": "Laskelma muuttui välillä. Laskimme uudelleen; tarkista ja tilaa.",
    "shop.decision_old": "Sivu oli auki pitkään. Laskimme uudelleen; tarkista ja tilaa.",
    network: "Kauppaan ei saada yhteyttä. Yritä uudelleen.",
    other: "Tilausta ei voitu tehdä ({code}).",
  },
  loading: "Kauppa avautuu …",
};

export const LANGUAGES = { en, fi };

/** How amounts and days are written. */
const LOCALES = { en: "en-IE", fi: "fi-FI" };

/** A text with its values filled in. */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Says things in a language. */
export class Voice {
  constructor(language, currency) {
    this.language = language;
    this.texts = LANGUAGES[language];
    this.locale = LOCALES[language];
    this.plural = new Intl.PluralRules(this.locale);
    this.money = new Intl.NumberFormat(this.locale, { style: "currency", currency });
    this.whole = new Intl.NumberFormat(this.locale);
  }

  say(name, values) {
    return fill(this.texts[name], values);
  }

  amount(text) {
    return this.money.format(text);
  }

  /** A number of things, such as points. */
  count(name, number) {
    const forms = this.texts[name];
    return fill(forms[this.plural.select(Number(number))] ?? forms.other, { count: this.whole.format(number) });
  }

  /** What the engine names by an id. */
  named(group, id) {
    return this.texts[group][id] ?? id;
  }
}
