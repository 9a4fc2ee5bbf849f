// Portal, signup, surveys, sign-in. Everything works without it.

import "./forms.js";

const PARTS = [
  ["[data-drop], [data-environment]", "report"],
  ["[data-copy]", "copy"],
  ["[data-watch]", "watch"],
  ["form[data-passkey]", "passkey"],
  ["body[data-embed]", "framed"],
  ["details[data-menu], dialog[data-dialog]", "overlays"],
];

for (const [selector, name] of PARTS) if (document.querySelector(selector)) import(`./${name}.js`);

// Of tabs that do not fit, the present one is in view.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.scrollIntoView({ inline: "nearest", block: "nearest" });
