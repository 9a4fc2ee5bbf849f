// PostHog's Node SDK, driven by lines of JSON: {"call": "getFeatureFlag", "args": […]} in, {"value": …} or {"error": …} out.
const { createInterface } = require("node:readline");
const { PostHog } = require("posthog-node");

const [key, options] = JSON.parse(process.argv[2]);
const client = new PostHog(key, { flushAt: 1, flushInterval: 50, ...options });

// What `evaluateFlags` gives is asked flag by flag, as code does; each asking is an event.
function plain(value) {
  return value?.getFlag ? Object.fromEntries(value.keys.map((each) => [each, value.getFlag(each)])) : (value ?? null);
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { call, args } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: plain(await client[call](...args)) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}).on("close", async () => {
  await client.shutdown(2000);
  process.exit(0);
});
