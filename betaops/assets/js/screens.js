// The builder says in which version the draft is; previews of an older one in other tabs begin anew.

const channel = new BroadcastChannel("betaops-survey");
const builder = document.querySelector("[data-draft-of]");
const screens = document.querySelector("[data-screens]");

if (builder) channel.postMessage({ survey: builder.dataset.draftOf, version: builder.dataset.version });
if (screens) channel.onmessage = ({ data }) => {
  if (data.survey !== screens.dataset.screens || data.version === screens.dataset.version) return;
  screens.dataset.version = data.version;
  for (const frame of screens.querySelectorAll("iframe")) frame.src = frame.getAttribute("src");
};
