// A survey inside somebody's page tells that page how high it is and when it is done; nothing else, and only to
// the origins it was published for. The other half is embed.js.

const origins = document.body.dataset.embed.split(/\s+/).filter(Boolean);
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

if (document.querySelector("[data-survey-done]")) tell({ type: "done" });
