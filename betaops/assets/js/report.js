// For reports: pictures by choosing, dropping or pasting, with previews; what the browser knows about itself; what others wrote.

function drop(zone) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-drop-list]");
  const accepts = input.accept.split(",").map((type) => type.trim()).filter(Boolean);
  const isTaken = (file) => !accepts.length || accepts.some((type) => file.type === type || (type.endsWith("/*") && file.type.startsWith(type.slice(0, -1))));
  const put = (files) => {
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
    draw();
  };
  const add = (files) => {
    const fresh = [...files].filter(isTaken);
    if (fresh.length) put(input.multiple ? [...input.files, ...fresh] : fresh.slice(0, 1));
  };
  const draw = () => {
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(...[...input.files].map((file, index) => {
      const item = document.createElement("li");
      if (file.type.startsWith("image/")) item.append(Object.assign(new Image(), { src: URL.createObjectURL(file), alt: "" }));
      item.append(`${file.name} · ${(file.size / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`);
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", zone.dataset.remove.replace("{name}", file.name));
      remove.addEventListener("click", () => { put([...input.files].filter((_, place) => place !== index)); input.focus(); });
      item.append(remove);
      return item;
    }));
  };
  let kept = [];
  input.addEventListener("click", () => { kept = [...input.files]; });
  input.addEventListener("change", () => {
    if (input.multiple && kept.length) put([...kept.filter((old) => ![...input.files].some((file) => file.name === old.name && file.size === old.size)), ...input.files]);
    else draw();
    kept = [];
  });
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files ?? [];
    if (!files.length) return;
    event.preventDefault();
    add(files);
    import("./live.js").then(({ say }) => say([...files].map((file) => file.name).join(", ")));
  });
}

function environment(box) {
  const prefix = box.dataset.environment;
  const facts = {
    user_agent: navigator.userAgent,
    viewport: `${innerWidth} × ${innerHeight} @ ${devicePixelRatio}`,
    screen: `${screen.width} × ${screen.height}`,
    language: navigator.languages?.join(", ") ?? navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    address: document.referrer.split(/[?#]/)[0],
  };
  const shown = box.querySelector("[data-environment-shown]");
  for (const [name, value] of Object.entries(facts)) {
    const field = box.querySelector(`[name="${CSS.escape(prefix + name)}"]`);
    if (field) field.value = value;
    if (!shown || !value) continue;
    const row = document.createElement("div");
    row.append(Object.assign(document.createElement("dt"), { textContent: shown.getAttribute(`data-${name}`) }), Object.assign(document.createElement("dd"), { textContent: value }));
    shown.append(row);
  }
}

/** What others wrote that is like the line being written, from the address in data-similar. */
function similar(field) {
  const box = document.querySelector("[data-similar-list]");
  const list = box.querySelector("ul");
  let waiting;
  let asked = "";
  const entry = ({ title, state, url }) => {
    const item = document.createElement("li");
    const link = Object.assign(document.createElement("a"), { href: url, target: "_blank", rel: "noopener", textContent: title });
    item.append(link, " ", Object.assign(document.createElement("span"), { className: "muted", textContent: state }));
    return item;
  };
  const look = async () => {
    const title = field.value.trim();
    if (title === asked) return;
    asked = title;
    const url = `${field.dataset.similar}?title=${encodeURIComponent(title)}`;
    const answer = title.length < 8 ? null : await fetch(url, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    const items = answer?.ok ? (await answer.json()).items : [];
    if (asked !== title) return;
    list.replaceChildren(...items.map(entry));
    box.hidden = !items.length;
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 400); });
}

document.querySelectorAll("[data-similar]").forEach(similar);
document.querySelectorAll("[data-drop]").forEach(drop);
document.querySelectorAll("[data-environment]").forEach(environment);
