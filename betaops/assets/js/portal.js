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
