// A survey inside somebody's page tells that page how high it is, when it is done and when Escape was pressed in it;
// nothing else, and only to the origins it was published for. The other half is embed.js.

const published = document.body.dataset.embed.split(/\s+/).filter(Boolean)
  .map((origin) => (origin === "'self'" ? location.origin : origin));
// Browsers that say around which page it stands spare the others a complaint about messages that nobody takes.
const around = location.ancestorOrigins?.[0];
const origins = around ? published.filter((origin) => origin === around) : published;
const token = location.pathname;
let height = 0;

function tell(message) {
  if (parent === window) return;
  for (const origin of origins) {
    try { parent.postMessage({ source: "betaops", survey: token, ...message }, origin); } catch { /* not an origin */ }
  }
}

new ResizeObserver(() => {
  const now = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (now !== height) tell({ type: "height", height: (height = now) });
}).observe(document.documentElement);

addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) tell({ type: "close" }); });

if (document.querySelector("[data-survey-done]")) tell({ type: "done" });
