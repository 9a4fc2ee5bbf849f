// OpenFeature's server SDK with its OFREP provider, driven by lines of JSON like posthog_node.cjs.
const { createInterface } = require("node:readline");
const { OpenFeature } = require("@openfeature/server-sdk");
const { OFREPProvider } = require("@openfeature/ofrep-provider");

const [baseUrl, key] = JSON.parse(process.argv[2]);
const ready = OpenFeature.setProviderAndWait(
  new OFREPProvider({ baseUrl, headers: [["Authorization", `Bearer ${key}`]] }),
);

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { call, args } = JSON.parse(line);
  try {
    await ready;
    console.log(JSON.stringify({ value: (await OpenFeature.getClient()[call](...args)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}).on("close", () => process.exit(0));
