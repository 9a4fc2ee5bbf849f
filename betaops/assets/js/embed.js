// The widget loader, for other people's pages:
//   <script src="https://beta.example.org/embed.js" data-survey="https://beta.example.org/s/TOKEN" async></script>
// Puts the survey where the script stands, in a frame that grows with it. Messages are taken only from that frame,
// from the survey's own origin, and only in the shape that framed.js sends.
(() => {
  const script = document.currentScript;
  if (!script?.dataset.survey) return;
  let address;
  try { address = new URL(script.dataset.survey, script.src); } catch { return; }
  if (address.origin !== new URL(script.src).origin || !/^https?:$/.test(address.protocol)) return;
  address.searchParams.set("embed", "1");

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || "Survey";
  frame.loading = "lazy";
  frame.width = "100%";
  frame.height = "420";
  frame.setAttribute("frameborder", "0");
  script.after(frame);

  const HIGHEST = 20000;
  addEventListener("message", (event) => {
    const message = event.data;
    if (event.origin !== address.origin || event.source !== frame.contentWindow) return;
    if (typeof message !== "object" || message === null || message.source !== "betaops") return;
    if (message.type === "height" && Number.isInteger(message.height) && message.height > 0 && message.height <= HIGHEST) frame.height = String(message.height);
    if (message.type === "done") frame.dispatchEvent(new CustomEvent("betaops:done", { bubbles: true }));
  });
})();
