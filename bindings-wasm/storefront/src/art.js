// Pictures of what the shop sells, drawn here.

const STEAM = '<g class="steam" fill="none" stroke="#b9a690" stroke-width="2.5" stroke-linecap="round"><path d="M68 38c-5-6 5-9 0-16"/><path d="M80 36c-5-6 5-10 0-18"/><path d="M92 38c-5-6 5-9 0-16"/></g>';
const SHADOW = '<ellipse cx="80" cy="110" rx="44" ry="5" fill="#000" opacity=".07"/>';

const bag = (body, fold, mark, label) => `${SHADOW}
<path d="M54 34h52l4 74H50z" fill="${body}"/><path d="M54 34h52l1 14H53z" fill="${fold}"/><path d="M52 26h56v9H52z" rx="2" fill="${fold}"/>
<rect x="60" y="58" width="40" height="32" rx="3" fill="${label}"/>
<g transform="translate(80 74) rotate(-28)"><ellipse rx="8" ry="11" fill="${mark}"/><path d="M0-10c-4 6 4 13 0 20" fill="none" stroke="${label}" stroke-width="2"/></g>`;

const PICTURES = {
  espresso: `${SHADOW}${STEAM}
<ellipse cx="80" cy="102" rx="44" ry="8" fill="#fff"/><ellipse cx="80" cy="101" rx="30" ry="4.5" fill="#eadfd2"/>
<path d="M106 62c16-3 18 22-2 22" fill="none" stroke="#fff" stroke-width="6"/>
<path d="M52 54h56c1 26-8 46-28 46S51 80 52 54z" fill="#fff"/><ellipse cx="80" cy="54" rx="28" ry="7" fill="#f2e9de"/><ellipse cx="80" cy="55" rx="24" ry="5" fill="#5b3420"/><path d="M66 55c6 3 20 3 27-1" stroke="#a06a3f" stroke-width="2" fill="none"/>`,
  cappuccino: `${SHADOW}${STEAM}
<ellipse cx="78" cy="103" rx="48" ry="8" fill="#fff"/><ellipse cx="78" cy="102" rx="32" ry="4.5" fill="#eadfd2"/>
<path d="M108 62c18-3 19 24-4 23" fill="none" stroke="#8fa7a0" stroke-width="6"/>
<path d="M46 56h64c1 28-10 45-32 45S45 84 46 56z" fill="#8fa7a0"/><ellipse cx="78" cy="56" rx="32" ry="9" fill="#7b948d"/><ellipse cx="78" cy="57" rx="27" ry="6.5" fill="#c8986b"/><path d="M78 62c-9-3-13-6-10-8 3-2 8-1 10 1 2-2 7-3 10-1 3 2-1 5-10 8z" fill="#fff7ea"/>`,
  latte: `${SHADOW}${STEAM}
<path d="M56 46h48l-5 58c-1 5-4 6-7 6H68c-3 0-6-1-7-6z" fill="#fff" opacity=".75"/>
<path d="M58 58h44l-4 45c-1 4-3 5-6 5H68c-3 0-5-1-6-5z" fill="#c8986b"/><path d="M58 58h44l-1 14H59z" fill="#f7efe4"/><path d="M60 82h40l-2 21c-1 4-3 5-6 5H68c-3 0-5-1-6-5z" fill="#8a5a36"/>
<ellipse cx="80" cy="47" rx="24" ry="5" fill="#fbf6ee"/><path d="M80 43c4 0 7 2 7 4s-3 3-7 3-7-1-7-3 3-4 7-4z" fill="#c8986b"/>`,
  "cinnamon-bun": `${SHADOW}
<ellipse cx="80" cy="82" rx="44" ry="27" fill="#b9743a"/><ellipse cx="80" cy="76" rx="44" ry="26" fill="#dda15e"/>
<path d="M80 76c0-6 10-6 12 1 2 9-9 14-19 11-13-4-14-18-4-25 13-9 34-4 36 12" fill="none" stroke="#7d4520" stroke-width="5" stroke-linecap="round"/>
<g fill="#fff"><circle cx="58" cy="66" r="3"/><circle cx="72" cy="58" r="2.6"/><circle cx="102" cy="62" r="3"/><circle cx="112" cy="78" r="2.6"/><circle cx="86" cy="94" r="3"/><circle cx="62" cy="86" r="2.6"/><circle cx="92" cy="68" r="2.2"/></g>`,
  "lemon-cake": `${SHADOW}
<path d="M38 88l64-38 22 30-10 26H44z" fill="#f4d58d"/><path d="M38 88l64-38 22 30z" fill="#fff7df"/><path d="M38 88l86-8-10 26H44z" fill="#eec46a"/><path d="M41 97l76-6" stroke="#fff7df" stroke-width="5"/>
<circle cx="92" cy="66" r="12" fill="#f2b705"/><circle cx="92" cy="66" r="9" fill="#ffe27a"/><path d="M92 57v18M83 66h18M86 60l12 12M98 60L86 72" stroke="#f2b705" stroke-width="1.6"/>`,
  croissant: `${SHADOW}
<path d="M34 92c-3-28 18-50 46-50s49 22 46 50c-1 7-11 8-15 2-6-9-16-14-31-14s-25 5-31 14c-4 6-14 5-15-2z" fill="#d9933f"/>
<path d="M58 48c-4 12-3 24 4 36M80 42v38M102 48c4 12 3 24-4 36M42 66c4 4 8 12 9 22M118 66c-4 4-8 12-9 22" fill="none" stroke="#a8641f" stroke-width="4" stroke-linecap="round"/><path d="M66 52c8-4 20-4 28 0" fill="none" stroke="#f0bd77" stroke-width="4" stroke-linecap="round"/>`,
  "bag-of-beans": bag("#8a3b1e", "#6f2d15", "#6f2d15", "#f6ead9"),
  "bag-of-decaf": bag("#4d6b57", "#3b5444", "#4d6b57", "#eef1e4"),
  "bag-of-kenya": bag("#33373f", "#23262c", "#b1512b", "#f4e3c8"),
  mug: `${SHADOW}
<path d="M106 58c22-4 22 34-2 32" fill="none" stroke="#33526b" stroke-width="8"/><path d="M50 44h58v52c0 9-6 13-14 13H64c-8 0-14-4-14-13z" fill="#41678a"/><path d="M50 78h58v18c0 9-6 13-14 13H64c-8 0-14-4-14-13z" fill="#e9dfd0"/><ellipse cx="79" cy="44" rx="29" ry="6" fill="#33526b"/><ellipse cx="79" cy="45" rx="24" ry="4" fill="#233a4d"/>`,
  "pour-over": `${SHADOW}
<path d="M48 26h64L90 62H70z" fill="#fff"/><path d="M48 26h64l-4 7H52z" fill="#eadfd2"/><rect x="62" y="60" width="36" height="5" rx="2" fill="#b1512b"/>
<path d="M68 66h24c2 10 16 16 16 32 0 8-5 12-12 12H64c-7 0-12-4-12-12 0-16 14-22 16-32z" fill="#cfe0e4" opacity=".9"/><path d="M56 88h48c3 4 4 7 4 10 0 8-5 12-12 12H64c-7 0-12-4-12-12 0-3 1-6 4-10z" fill="#6b3f26"/><path d="M80 66v20" stroke="#6b3f26" stroke-width="2.5"/>`,
  grinder: `${SHADOW}
<path d="M80 24c14 0 14-8 26-8" fill="none" stroke="#33373f" stroke-width="4" stroke-linecap="round"/><circle cx="108" cy="16" r="5" fill="#8a3b1e"/>
<path d="M58 28h44l-6 28H64z" fill="#d8dde0"/><path d="M58 28h44l-2 8H60z" fill="#b8c0c5"/><path d="M56 56h48v46c0 5-3 8-8 8H64c-5 0-8-3-8-8z" fill="#33373f"/><rect x="64" y="76" width="32" height="20" rx="3" fill="#8a3b1e"/><circle cx="80" cy="86" r="3" fill="#f6ead9"/>`,
};

const TINTS = { drinks: "#efe3d3", bakery: "#f7ead0", beans: "#e9e4dc", gear: "#e3e8ea" };

export function picture(sku, category) {
  const page = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 124" aria-hidden="true" focusable="false"><rect width="160" height="124" fill="${TINTS[category]}"/>${PICTURES[sku]}</svg>`,
    "image/svg+xml",
  );
  return document.importNode(page.documentElement, true);
}
