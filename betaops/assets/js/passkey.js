// Passkeys: asks the browser to make or use one and sends its answer with the form.
// Forms stay hidden where the browser has none, so that nobody meets a dead button.

const forms = document.querySelectorAll("form[data-passkey]");
const able = window.PublicKeyCredential?.parseCreationOptionsFromJSON !== undefined;

async function answer(form) {
  const options = await (await fetch(form.dataset.options, { headers: { "X-Requested-With": "fetch" } })).json();
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

for (const form of able ? forms : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    const credential = form.elements.credential;
    if (credential.value) return;
    event.preventDefault();
    const problem = form.querySelector("[data-passkey-error]");
    try {
      credential.value = JSON.stringify((await answer(form)).toJSON());
      form.submit();
    } catch {
      if (problem) problem.hidden = false;
    }
  });
}
