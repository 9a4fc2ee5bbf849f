// The widget loader, for other people's pages:
//   <script src="https://beta.example.org/embed.js" data-survey="TOKEN" data-form="inline"></script>
// `data-survey` is the token of a public link, or its whole address. `data-form`:
//   inline   the survey stands where the script stands; data-height="420" keeps its place free (pixels)
//   popover  it comes up in a corner by itself, data-delay="5" seconds later, until it is closed or answered
//   tab      a tab at the edge opens it; data-label="Feedback"
// Also: data-title (name of the frame), data-lang, data-corner="left", data-color="#5040d9", data-close (word on the
// closing button), data-remember="no" (keep nothing in this browser).
//
// Everything stands in a shadow root with a style sheet made by script, so that it works under a strict policy and no
// style leaks in or out. Messages are taken only from the frame, from the survey's own origin, and only in the shape
// that framed.js sends.
(() => {
  const script = document.currentScript;
  if (!script?.dataset.survey) return;
  const { survey, form = "inline", title = "Survey", label = "Feedback", corner, color, lang, delay, height, remember } = script.dataset;
  let address;
  try { address = new URL(/[/:]/.test(survey) ? survey : `s/${encodeURIComponent(survey)}`, script.src); } catch { return; }
  if (address.origin !== new URL(script.src).origin || !/^https?:$/.test(address.protocol)) return;
  const key = `betaops:${address.pathname}`;
  address.searchParams.set("embed", "1");
  if (lang) address.searchParams.set("lang", lang);

  const HIGHEST = 20000;
  const inline = form !== "popover" && form !== "tab";
  const reserved = Math.min(Math.max(Number.parseInt(height, 10) || (inline ? 420 : 320), 120), HIGHEST);
  const accent = /^#[\da-f]{6}$/i.test(color ?? "") ? color : "#5040d9";
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(accent.slice(at, at + 2), 16));
  const ink = red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? "#000" : "#fff";
  const side = corner === "left" ? "left" : "right";

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; display: block; font: 16px/1.4 system-ui, sans-serif; color-scheme: light dark; }
    [hidden] { display: none !important; }
    iframe { display: block; inline-size: 100%; border: 0; color-scheme: normal; }
    .box { position: fixed; z-index: 2147483000; ${side}: 16px; inset-block-end: 16px; box-sizing: border-box;
      inline-size: min(400px, calc(100vw - 32px)); max-block-size: min(680px, calc(100vh - 32px)); overflow: auto;
      overscroll-behavior: contain; border: 1px solid #8886; border-radius: 12px; background: Canvas; color: CanvasText;
      box-shadow: 0 12px 40px #0004; }
    .bar { position: sticky; inset-block-start: 0; display: flex; justify-content: flex-end; padding: 4px; background: Canvas; }
    button { font: inherit; cursor: pointer; min-inline-size: 44px; min-block-size: 44px; border: 0; border-radius: 8px; }
    .close { background: transparent; color: CanvasText; font-size: 24px; line-height: 1; }
    .close:hover { background: #8883; }
    button:focus-visible { outline: 3px solid ${accent}; outline-offset: -3px; box-shadow: inset 0 0 0 2px Canvas; }
    .tab { position: fixed; z-index: 2147482999; ${side}: 16px; inset-block-end: 0; padding: 0 18px; border-radius: 10px 10px 0 0;
      background: ${accent}; color: ${ink}; font-weight: 600; box-shadow: 0 2px 12px #0004; }
    .tab:focus-visible { outline-color: ${ink}; }
    @media (prefers-reduced-motion: no-preference) { .box { animation: rise 0.18s ease-out; } }
    @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
  `);
  root.adoptedStyleSheets = [sheet];
  const made = (name, attributes, ...inner) => {
    const element = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    element.append(...inner);
    return element;
  };

  const frame = made("iframe", { title, height: reserved, loading: inline ? "lazy" : "eager" });
  const load = () => { if (!frame.hasAttribute("src")) frame.src = address.href; };
  const tell = (what) => host.dispatchEvent(new CustomEvent(`betaops:${what}`, { bubbles: true, composed: true }));

  // What the person has done with it, where they let pages remember.
  const forget = remember === "no";
  const recall = () => { try { return forget ? null : localStorage.getItem(key); } catch { return null; } };
  const keep = (what) => { try { if (!forget) localStorage.setItem(key, what); } catch { /* not here */ } };

  let close = () => {};
  if (inline) {
    root.append(frame);
    script.after(host);
    load();
  } else {
    const german = (document.documentElement.lang || "").toLowerCase().startsWith("de");
    const word = script.dataset.close || (german ? "Schließen" : "Close");
    const shut = made("button", { type: "button", class: "close", "aria-label": word, title: word }, "×");
    const box = made("section", { class: "box", role: "dialog", "aria-label": title, tabindex: "-1", hidden: "" },
      made("div", { class: "bar" }, shut), frame);
    const tab = form === "tab" ? made("button", { type: "button", class: "tab", "aria-expanded": "false" }, label) : null;
    let before = null;
    const open = (byPerson) => {
      load();
      before = document.activeElement === host ? root.activeElement : document.activeElement;
      box.hidden = false;
      tab?.setAttribute("aria-expanded", "true");
      // What comes up by itself leaves the person where they are.
      if (byPerson) shut.focus();
      tell("open");
    };
    close = () => {
      if (box.hidden) return;
      const wasInside = root.activeElement !== null;
      box.hidden = true;
      tab?.setAttribute("aria-expanded", "false");
      if (recall() !== "done") keep("dismissed");
      if (wasInside) (before?.isConnected ? before : tab)?.focus?.();
      tell("close");
    };
    shut.addEventListener("click", close);
    tab?.addEventListener("click", () => (box.hidden ? open(true) : close()));
    addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) close(); });
    root.append(...(tab ? [tab, box] : [box]));
    const put = () => {
      document.body.append(host);
      if (!tab && recall() === null) setTimeout(open, Math.min(Math.max(Number(delay) || 0, 0), 3600) * 1000);
    };
    if (document.body) put(); else addEventListener("DOMContentLoaded", put);
  }

  // The next page begins at its top: whoever pressed its button far below would look at nothing.
  let loaded = false;
  frame.addEventListener("load", () => {
    if (loaded && inline && frame.getBoundingClientRect().top < 0) frame.scrollIntoView({ block: "start" });
    if (loaded && !inline) frame.parentNode.scrollTop = 0;
    loaded = frame.hasAttribute("src");
  });

  addEventListener("message", (event) => {
    const message = event.data;
    if (event.origin !== address.origin || event.source !== frame.contentWindow) return;
    if (typeof message !== "object" || message === null || message.source !== "betaops") return;
    if (message.type === "height" && Number.isInteger(message.height) && message.height > 0 && message.height <= HIGHEST) {
      // Where it stands among other things it never gets lower than the place that was kept for it.
      frame.height = String(inline ? Math.max(message.height, reserved) : message.height);
    }
    if (message.type === "close") close();
    if (message.type === "done") { keep("done"); tell("done"); }
  });
})();
