// PostHog's Node SDK, driven by lines of JSON: {"call": "getFeatureFlag", "args": […]} in, {"value": …} or {"error": …} out.
const { createInterface } = require("node:readline");
const { PostHog } = require("posthog-node");

const [key, options] = JSON.parse(process.argv[2]);
const client = new PostHog(key, { flushAt: 1, flushInterval: 50, ...options });

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { call, args } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: (await client[call](...args)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}).on("close", async () => {
  await client.shutdown(2000);
  process.exit(0);
});
